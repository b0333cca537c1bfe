package io.redisroles.e2e;

import java.time.Duration;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A role that must keep everything, filled to the brim. */
@OnCluster
class MemoryOnClusterTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int MEGABYTE = 1024 * 1024;
    /** More than maxMemory has room for. */
    private static final int TRIES = 64;

    @Test
    void aFullRoleRefusesWritesServesReadsAndSaysSo(Cluster cluster) {
        try (TestNamespace namespace = cluster.newNamespace()) {
            // Given
            namespace.apply("""
                    apiVersion: redisroles.io/v1alpha1
                    kind: RedisRole
                    metadata: {name: compliance}
                    spec:
                      role: compliance
                      memory: {maxMemory: 32Mi}
                      consumers: [{name: audit-service, keys: ["consent:*"]}]
                    """);
            namespace.waitUntilReady();
            String before = namespace.incarnations();

            // When
            String answer = "";
            for (int i = 0; i < TRIES && !answer.startsWith("OOM"); i++) {
                answer = write(namespace, "consent:" + i);
            }

            // Then
            assertThat(answer).startsWith("OOM");
            assertThat(namespace.asConsumer("compliance", "audit-service", "STRLEN", "consent:0"))
                    .isEqualTo(String.valueOf(MEGABYTE));
            await("the condition")
                    .atMost(LIMIT)
                    .untilAsserted(() -> assertThat(namespace.condition("compliance", "MemoryHealthy"))
                            .isEqualTo("False/Full"));
            assertThat(namespace.condition("compliance", "Ready")).startsWith("True/");
            assertThat(namespace.incarnations()).as("nothing was killed").isEqualTo(before);

            // When there is room again
            for (int i = 0; i < TRIES / 4; i++) {
                namespace.asConsumer("compliance", "audit-service", "DEL", "consent:" + i);
            }

            // Then
            await("the condition")
                    .atMost(LIMIT)
                    .untilAsserted(() -> assertThat(namespace.condition("compliance", "MemoryHealthy"))
                            .startsWith("True/"));
        }
    }

    private static String write(TestNamespace namespace, String key) {
        return namespace.asConsumer(
                "compliance",
                "audit-service",
                "EVAL",
                "return redis.call('SET', KEYS[1], string.rep('x', " + MEGABYTE + "))",
                "1",
                key);
    }
}
