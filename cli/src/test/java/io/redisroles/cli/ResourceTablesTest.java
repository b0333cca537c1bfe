package io.redisroles.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.RedisRole;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ResourceTablesTest {
    private static final Path CRDS =
            Path.of(System.getProperty("repository.root", "..")).resolve("crds/manifests");
    private static final String ROLE = """
            apiVersion: redisroles.io/v1alpha1
            kind: RedisRole
            metadata: {name: gateway, creationTimestamp: "2026-01-01T00:00:00Z"}
            spec: {role: gateway}
            status:
              endpoint: 127.0.0.1:6379
              memory: {usage: 41Mi/256Mi, evictionPolicy: volatile-lru}
              conditions:
              - {type: Ready, status: "True", reason: CanaryAnswered, message: ""}
              - {type: ConfigApplied, status: "False", reason: Refused, message: ""}
            """;
    private static final String POLICY = """
            apiVersion: redisroles.io/v1alpha1
            kind: AccessPolicy
            metadata: {name: web, creationTimestamp: "2026-01-01T00:00:00Z"}
            spec:
              selector: {matchLabels: {app: web}}
              roles: {limits: {name: gateway}}
              rules: [{name: all, session: None}]
            status:
              sidecars: {total: 3, current: 2}
              conditions:
              - {type: Accepted, status: "True", reason: Accepted, message: ""}
              - {type: Programmed, status: "True", reason: Programmed, message: ""}
              - {type: Enforced, status: "False", reason: NotInjected, message: ""}
              - {type: StoreReachable, status: "True", reason: Reachable, message: ""}
              - {type: LimitsDurable, status: "False", reason: Evicts, message: ""}
            """;

    private final ResourceTables tables = new ResourceTables(() -> Instant.parse("2026-01-01T00:04:12.7Z"));

    @Test
    void aRoleIsShownAsKubectlWouldAndWithWhatIsUnhealthy() {
        // When
        List<String> lines = tables.roles(List.of(Serialization.unmarshal(ROLE, RedisRole.class)));

        // Then
        assertThat(lines)
                .containsExactly(
                        "NAME      ROLE      ENDPOINT         MEMORY       POLICY         READY   AGE     UNHEALTHY",
                        "gateway   gateway   127.0.0.1:6379   41Mi/256Mi   volatile-lru   True    4m12s   ConfigApplied/Refused");
    }

    @Test
    void aPolicyIsShownAsKubectlWouldAndWithItsStores() {
        // When
        List<String> lines = tables.policies(List.of(Serialization.unmarshal(POLICY, AccessPolicy.class)));

        // Then
        assertThat(lines)
                .containsExactly(
                        "NAME   ACCEPTED   PROGRAMMED   ENFORCED   SIDECARS   AGE     STOREREACHABLE   LIMITSDURABLE",
                        "web    True       True         False      3          4m12s   True             False");
    }

    @Test
    void whatIsNotKnownIsEmpty() {
        // Given
        RedisRole role = Serialization.unmarshal(
                ROLE.substring(0, ROLE.indexOf("status:")).replace(", creationTimestamp: \"2026-01-01T00:00:00Z\"", "")
                        + "status: {}\n",
                RedisRole.class);
        AccessPolicy policy = Serialization.unmarshal(
                POLICY.replace("  sidecars: {total: 3, current: 2}\n", "").replace("Enforced", "Other"),
                AccessPolicy.class);

        // When, Then
        assertThat(tables.roles(List.of(role)).get(1)).matches("gateway +gateway");
        assertThat(tables.policies(List.of(policy)).get(1)).matches("web +True +True {26,}4m12s +True +False");
    }

    @Test
    void theColumnsOfTheCrdsComeFirst() throws IOException {
        assertThat(tables.roles(List.of()).get(0).split(" +")).startsWith(columns("redisroles.yaml"));
        assertThat(tables.policies(List.of()).get(0).split(" +")).startsWith(columns("accesspolicies.yaml"));
    }

    private static String[] columns(String crd) throws IOException {
        List<String> names = new ArrayList<>(List.of("NAME"));
        for (JsonNode column :
                new YAMLMapper().readTree(CRDS.resolve(crd).toFile()).at("/spec/versions/0/additionalPrinterColumns")) {
            names.add(column.path("name").asText().toUpperCase(Locale.ROOT));
        }
        assertThat(names).hasSizeGreaterThan(3);
        return names.toArray(String[]::new);
    }
}
