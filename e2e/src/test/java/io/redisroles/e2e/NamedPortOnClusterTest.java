package io.redisroles.e2e;

import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The same app where no pod may have a privilege: the port's name leads to the sidecar, and nobody past it. */
@OnCluster
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NamedPortOnClusterTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final String RESOURCES = """
            apiVersion: redisroles.io/v1alpha1
            kind: RedisRole
            metadata: {name: gateway}
            spec:
              role: gateway
              consumers:
              - {name: auth-service, podSelector: {matchLabels: {app: auth-service}}, keys: ["session:*", "auth:*"]}
            ---
            apiVersion: redisroles.io/v1alpha1
            kind: AccessPolicy
            metadata: {name: gateway}
            spec:
              selector: {matchLabels: {app: gateway}}
              ports: [8080]
              interception: NamedPort
              roles: {limits: {name: gateway}, sessions: {name: gateway}}
              session: {sources: [{header: X-Session-Id}]}
              rules:
              - {name: auth, match: {paths: ["/auth/**"]}, session: None}
              - {name: api, match: {paths: ["/api/**"]}, session: Required}
            """;

    private TestNamespace restricted;
    private TestNamespace outside;

    @BeforeAll
    void apply(Cluster cluster) {
        restricted = cluster.newNamespace();
        restricted.label("redisroles.io/injection=enabled", "pod-security.kubernetes.io/enforce=restricted");
        restricted.apply(RESOURCES);
        restricted.waitUntilReady();
        restricted.applySampleFile("caas/workload.yaml");
        restricted.kubectl("rollout", "status", "deployment/gateway", "--timeout=180s");
        outside = cluster.newNamespace();
        outside.startClient();
    }

    @AfterAll
    void remove() {
        outside.close();
        restricted.close();
    }

    @Test
    void theServiceLeadsToTheSidecar() {
        assertThat(outside.status("gateway." + restricted.name(), 80, "/api/hello"))
                .isEqualTo(401);
        assertThat(restricted.kubectl(
                        "get", "pods", "-l", "app=gateway", "-o", "jsonpath={.items[0].spec.initContainers[*].name}"))
                .isEqualTo("redisroles-sidecar");
    }

    @Test
    void nobodyReachesTheAppPastIt() {
        String address =
                restricted.kubectl("get", "pods", "-l", "app=gateway", "-o", "jsonpath={.items[0].status.podIP}");

        assertThat(outside.status(address, 15001, "/api/hello")).isEqualTo(401);
        await("the NetworkPolicy").atMost(LIMIT).until(() -> outside.status(address, 8080, "/api/hello") == 0);
    }
}
