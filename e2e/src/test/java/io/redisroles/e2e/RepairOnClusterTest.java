package io.redisroles.e2e;

import java.time.Duration;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A role that must lose nothing, its append-only file damaged, and an administrator who follows the documentation. */
@OnCluster
class RepairOnClusterTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @Test
    void aDamagedFileStopsTheRoleUntilItIsRepairedAsTheDocumentationSays(Cluster cluster) {
        try (TestNamespace namespace = cluster.newNamespace()) {
            // Given
            namespace.apply("""
                    apiVersion: redisroles.io/v1alpha1
                    kind: RedisRole
                    metadata: {name: records}
                    spec:
                      role: compliance
                      consumers: [{name: audit-service, keys: ["consent:*"]}]
                    """);
            namespace.waitUntilReady();
            assertThat(namespace.asConsumer("records", "audit-service", "SET", "consent:1", "given"))
                    .isEqualTo("OK");

            // When
            namespace.kubectl(
                    "exec", "redis-records-0", "--", "sh", "-c", "echo damage | tee -a /data/appendonlydir/*.incr.aof");
            namespace.kubectl("delete", "pod", "redis-records-0");

            // Then
            await("the condition")
                    .atMost(LIMIT)
                    .untilAsserted(() -> assertThat(namespace.condition("records", "PersistenceHealthy"))
                            .isEqualTo("False/AofCorrupt"));
            assertThat(namespace.condition("records", "Ready")).startsWith("False/");

            // When
            String printed = namespace.follow("operations.md", "## Restore a damaged append-only file");

            // Then
            assertThat(printed).contains("Successfully truncated AOF");
            assertThat(namespace.asConsumer("records", "audit-service", "GET", "consent:1"))
                    .isEqualTo("given");
            assertThat(namespace.condition("records", "PersistenceHealthy")).startsWith("True/");
        }
    }
}
