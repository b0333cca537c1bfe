package io.redisroles.cli.resources;

import io.redisroles.api.v1alpha1.RoleKind;
import io.redisroles.cli.CliException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ResourceFilesTest {
    private static final String ROLE = """
            apiVersion: redisroles.io/v1alpha1
            kind: RedisRole
            metadata: {name: gateway}
            spec:
              role: gateway
              memory: {maxMemory: 256Mi}
              consumers:
              - name: auth-service
                podSelector: {matchLabels: {app: auth}}
                keys: ["session:*"]
            """;

    @TempDir
    Path folder;

    private final ResourceFiles files = new ResourceFiles();

    @Test
    void severalDocumentsAndFilesAreRead() throws IOException {
        // Given
        write("a.yaml", ROLE + "---\n" + ROLE.replace("gateway", "shared"));
        write("b.yml", "# nothing but a comment\n");
        write("c.txt", "not: ours\n");

        // When
        ResourceSet read = files.read(folder);

        // Then
        assertThat(read.roles())
                .extracting(role -> role.resource().getSpec().role())
                .containsExactly(RoleKind.GATEWAY, RoleKind.SHARED);
        assertThat(read.roles().get(0).resource().getMetadata().getNamespace()).isEqualTo("default");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    role: gateway          | role: queue            | a.yaml:5: spec.role: "queue" (expected: gateway, socket, shared, compliance, crypto, custom)
                    maxMemory: 256Mi       | maxMemry: 256Mi        | a.yaml:6: unknown field spec.memory.maxMemry (expected one of: containerLimit, evictionPolicy, maxMemory)
                    matchLabels            | matchLabel             | a.yaml:9: unknown field spec.consumers[0].podSelector.matchLabel
                    metadata: {name        | metadata: {nam         | a.yaml:3: unknown field metadata.nam
                    role: gateway          | service: {}            | spec.role
                    kind: RedisRole        | kind: RedisRoll        | a.yaml: kind: "RedisRoll" (expected: RedisRole or AccessPolicy)
                    v1alpha1               | v2                     | a.yaml: apiVersion: "redisroles.io/v2" (expected: redisroles.io/v1alpha1)
                    spec:                  | specs:                 | a.yaml: RedisRole: unknown field specs
                    {name: gateway}        | {}                     | a.yaml: RedisRole: metadata.name is missing
                    memory: {              | memory: {{             | a.yaml:
                    role: gateway          | role: [gateway]        | spec.role
                    """)
    void aMistakeIsNamedWithFileLineFieldAndValue(String right, String wrong, String message) throws IOException {
        // Given
        assertThat(ROLE).contains(right);
        write("a.yaml", ROLE.replace(right, wrong));

        // When, Then
        assertThatThrownBy(() -> files.read(folder))
                .isInstanceOf(CliException.class)
                .hasMessageContaining(message)
                .hasMessageStartingWith(folder.toString());
    }

    @Test
    void twoResourcesOfOneNameAreRefused() throws IOException {
        // Given
        write("a.yaml", ROLE);
        write("b.yaml", ROLE);

        // When, Then
        assertThatThrownBy(() -> files.read(folder))
                .hasMessage(folder.resolve("b.yaml") + ": RedisRole default/gateway stands in "
                        + folder.resolve("a.yaml") + " too: remove one of them");
    }

    @Test
    void aFolderThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> files.read(folder.resolve("nowhere")))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("nowhere cannot be read");
    }

    private void write(String name, String content) throws IOException {
        Files.writeString(folder.resolve(name), content);
    }
}
