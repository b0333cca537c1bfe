package io.redisroles.e2e;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A node that is lost with a role's pod on it. What fails over to a replica is not here: roles have none. */
@OnCluster
class NodeLossOnClusterTest {
    @Test
    void aRoleWithoutVolumeStartsOnAnotherNode(Cluster cluster) {
        List<String> nodes = cluster.kubectl()
                .run("get", "nodes", "--field-selector", "spec.unschedulable=false", "-o", "name")
                .lines()
                .toList();
        if (nodes.size() < 2) {
            String reason = "a node's loss takes two nodes, and this cluster has one to schedule on: " + nodes;
            System.err.println("NodeLossOnClusterTest: skipped, because " + reason);
            Assumptions.abort(reason);
        }
        try (TestNamespace namespace = cluster.newNamespace()) {
            // Given
            namespace.apply("""
                    apiVersion: redisroles.io/v1alpha1
                    kind: RedisRole
                    metadata: {name: cache}
                    spec: {role: shared}
                    """);
            namespace.waitUntilReady();
            String before = namespace.uid("redis-cache-0");
            String lost = nodeOf(namespace);

            // When
            cluster.kubectl().run("cordon", lost);
            try {
                namespace.kubectl("delete", "pod", "redis-cache-0", "--force", "--grace-period=0");

                // Then
                await().atMost(Duration.ofMinutes(2))
                        .until(namespace::redisIncarnations, pods -> !pods.isBlank() && !pods.contains(before));
                namespace.waitUntilReady();
                assertThat(nodeOf(namespace)).isNotEqualTo(lost);
            } finally {
                cluster.kubectl().run("uncordon", lost);
            }
        }
    }

    private static String nodeOf(TestNamespace namespace) {
        return namespace.kubectl("get", "pod", "redis-cache-0", "-o", "jsonpath={.spec.nodeName}");
    }
}
