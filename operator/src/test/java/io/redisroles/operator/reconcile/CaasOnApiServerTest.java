package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.redisroles.apiserver.ApiServerTest;
import io.redisroles.apiserver.RealApiServer;
import io.redisroles.operator.desired.Labels;
import io.redisroles.operator.status.ConditionType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The sample of five roles and a policy, from nothing to serving. */
@ApiServerTest
class CaasOnApiServerTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final List<String> ROLES = List.of("gateway", "socket", "shared", "compliance", "crypto");

    private OperatorOnApiServer cluster;

    @BeforeEach
    void start(RealApiServer server, @TempDir Path directory) {
        cluster = new OperatorOnApiServer(server, directory);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void fiveRolesAndAPolicyServeAndThenNothingIsWritten() {
        // Given the sample, and a node that runs what its StatefulSets say
        cluster.applyFile("samples/caas/roles.yaml");
        cluster.applyFile("samples/caas/policy.yaml");
        await("workloads").atMost(LIMIT).until(() -> ROLES.stream().allMatch(this::hasWorkload));
        await("the policy's user")
                .atMost(LIMIT)
                .until(() -> cluster.client()
                                .secrets()
                                .inNamespace(cluster.namespace())
                                .withName("policy-gateway")
                                .get()
                        != null);
        ROLES.forEach(role -> cluster.node().serve(role));
        await("Ready")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(ROLES)
                        .as(() -> cluster.describe(ROLES))
                        .allMatch(role -> cluster.isTrue(role, ConditionType.READY)
                                && cluster.isTrue(role, ConditionType.ACL_APPLIED)
                                && cluster.isTrue(role, ConditionType.CONFIG_APPLIED)));
        await("Programmed")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(cluster.policyCondition("gateway", ConditionType.PROGRAMMED))
                        .get()
                        .extracting("status")
                        .isEqualTo("True"));
        Map<String, String> before = versions();

        // When everything is reconciled anew, twice, by operators without a memory
        cluster.takeWrites();
        cluster.restart();
        cluster.restart();
        await("both controllers to be through")
                .during(Duration.ofSeconds(3))
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(versions()).isEqualTo(before));

        // Then the operator has sent no request that writes
        assertThat(cluster.takeWrites()).as(cluster::events).isEmpty();
    }

    private boolean hasWorkload(String role) {
        return cluster.client()
                        .apps()
                        .statefulSets()
                        .inNamespace(cluster.namespace())
                        .withName("redis-" + role)
                        .get()
                != null;
    }

    private Map<String, String> versions() {
        Map<String, String> versions = new TreeMap<>();
        children()
                .forEach(child -> versions.put(
                        child.getKind() + "/" + child.getMetadata().getName(),
                        child.getMetadata().getResourceVersion()));
        return versions;
    }

    private List<HasMetadata> children() {
        return Informers.ROLE_CHILDREN.stream()
                .<HasMetadata>flatMap(kind -> cluster
                        .client()
                        .resources(kind)
                        .inNamespace(cluster.namespace())
                        .withLabel(Labels.MANAGED_BY, Labels.OPERATOR)
                        .list()
                        .getItems()
                        .stream())
                .toList();
    }
}
