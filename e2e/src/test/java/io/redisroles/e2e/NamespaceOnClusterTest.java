package io.redisroles.e2e;

import java.time.Duration;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** All of a platform in one namespace: roles, policy, and an app with its sidecars. */
@OnCluster
class NamespaceOnClusterTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Test
    void itIsGoneWithinAMinuteWithItsVolumesAndNothingHoldsItUp(Cluster cluster) {
        try (TestNamespace caas = cluster.newNamespace()) {
            // Given
            caas.label("redisroles.io/injection=enabled");
            caas.applySample("caas");
            caas.waitUntilReady();
            caas.kubectl("rollout", "status", "deployment/gateway", "--timeout=180s");
            assertThat(caas.kubectl("get", "pods", "-l", "redisroles.io/policy=gateway,app=gateway", "-o", "name")
                            .lines())
                    .hasSize(3);
            assertThat(volumesOf(caas, cluster)).hasLineCount(5);

            // When
            long started = System.nanoTime();
            Command.Outcome outcome = caas.attempt("delete", "namespace", caas.name(), "--timeout=60s");

            // Then
            assertThat(outcome.succeeded()).as(outcome.output()).isTrue();
            System.out.printf(
                    "five roles, a policy and three replicas of an app were gone with their namespace after %d s%n",
                    (System.nanoTime() - started) / 1_000_000_000);
            await("the volumes, those of roles that retain them too")
                    .atMost(LIMIT)
                    .untilAsserted(() -> assertThat(volumesOf(caas, cluster)).isEmpty());
        }
    }

    /** Of the class that deletes what is not claimed any more. */
    private static String volumesOf(TestNamespace namespace, Cluster cluster) {
        return cluster.kubectl()
                .run(
                        "get",
                        "persistentvolumes",
                        "-o",
                        "jsonpath={range .items[?(@.spec.claimRef.namespace==\"" + namespace.name()
                                + "\")]}{.metadata.name}{\"\\n\"}{end}");
    }
}
