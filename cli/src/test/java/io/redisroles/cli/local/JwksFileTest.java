package io.redisroles.cli.local;

import io.redisroles.cli.CliException;
import io.redisroles.cli.resources.ResourceFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class JwksFileTest {
    private static final String RESOURCES = """
            apiVersion: redisroles.io/v1alpha1
            kind: RedisRole
            metadata: {name: gateway}
            spec: {role: gateway}
            ---
            apiVersion: redisroles.io/v1alpha1
            kind: AccessPolicy
            metadata: {name: web}
            spec:
              selector: {matchLabels: {app: web}}
              ports: [8080]
              roles: {sessions: {name: gateway}}
              session:
                sources: [{bearer: Jwt}]
                jwt: {issuer: i, audience: a, jwks: {secret: {name: keys, key: jwks.json}}}
              rules: [{name: all, session: Required}]
            """;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"stringData: {jwks.json: '{\"keys\":[]}'}", "data: {jwks.json: eyJrZXlzIjpbXX0=}"})
    void theKeysOfTheIssuerAreTheSecretAmongTheFiles(String content) throws IOException {
        // Given
        write(RESOURCES + secret("keys", content));

        // When
        LocalPlans plans = plans();
        plans.requireServable();

        // Then
        assertThat(jwks(plans)).hasValue(new JwksFile("jwks.json", "{\"keys\":[]}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "stringData: {other.json: '{}'}"})
    void keysThatAreNotThereAreNamedBeforeAnythingStarts(String content) throws IOException {
        // Given
        write(content.isEmpty() ? RESOURCES : RESOURCES + secret("keys", content));

        // When, Then
        assertThatThrownBy(() -> plans().requireServable())
                .isInstanceOf(CliException.class)
                .hasMessage("AccessPolicy default/web: spec.session.jwt.jwks.secret: no Secret keys with the key"
                        + " jwks.json in these files: add its manifest");
    }

    @Test
    void whatIsNotBase64IsNamed() throws IOException {
        // Given
        write(RESOURCES + secret("keys", "data: {jwks.json: a}"));

        // When, Then
        assertThatThrownBy(() -> plans().requireServable())
                .hasMessageContaining("Secret default/keys: data.jwks.json is not base64");
    }

    private static Optional<JwksFile> jwks(LocalPlans plans) {
        return plans.jwks(plans.policies().values().iterator().next().source().resource());
    }

    private LocalPlans plans() {
        return LocalPlans.of(new ResourceFiles().read(folder));
    }

    private static String secret(String name, String content) {
        return "---\napiVersion: v1\nkind: Secret\nmetadata: {name: %s}\n%s\n".formatted(name, content);
    }

    private void write(String yaml) throws IOException {
        Files.writeString(folder.resolve("all.yaml"), yaml);
    }
}
