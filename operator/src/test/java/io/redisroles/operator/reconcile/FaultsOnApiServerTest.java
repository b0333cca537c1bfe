package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.lettuce.core.RedisClient;
import io.redisroles.api.v1alpha1.Condition;
import io.redisroles.apiserver.ApiServerTest;
import io.redisroles.apiserver.RealApiServer;
import io.redisroles.operator.status.ConditionType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What the operator does when what it stands on fails. */
@ApiServerTest
class FaultsOnApiServerTest {
    private Optional<OperatorOnApiServer> started = Optional.empty();
    private final RedisClient redis = RedisClient.create();

    @AfterEach
    void stop() {
        redis.shutdown();
        started.ifPresent(OperatorOnApiServer::close);
    }

    @Test
    void aMissingRightIsNamedAndItsReturnHeals(RealApiServer server, @TempDir Path directory) {
        // Given an operator that may not create NetworkPolicies
        String user = "limited-" + server.newNamespace();
        grant(server, user, List.of("get", "list", "watch"));
        Config config =
                new ConfigBuilder(server.config()).withImpersonateUsername(user).build();
        OperatorOnApiServer cluster = start(server, config, directory);
        ServedRole role = new ServedRole(cluster, redis, "gateway", "gateway");

        // When
        role.apply("");

        // Then
        role.awaitReason(ConditionType.CONFIG_APPLIED, "Forbidden");
        assertThat(role.message(ConditionType.CONFIG_APPLIED))
                .contains("cannot patch resource \"networkpolicies\"", user);
        role.awaitReason(ConditionType.PROGRESSING, "Forbidden");
        await("the Event").atMost(ServedRole.LIMIT).until(() -> cluster.events().contains("gateway Forbidden"));

        // When
        grant(server, user, List.of("*"));

        // Then
        role.awaitWorkload();
        cluster.node().serve("gateway");
        role.awaitApplied();
    }

    /** How long the API server is gone is the property {@code faults.outage}, in seconds; 10 if absent. */
    @Test
    void anApiServerThatIsGoneForAWhileStopsNoRedisAndIsFollowedAgain(RealApiServer server, @TempDir Path directory) {
        // Given
        OperatorOnApiServer cluster = start(server, server.config(), directory);
        ServedRole role = new ServedRole(cluster, redis, "gateway", "gateway").serve("");
        String uid = role.pod().getMetadata().getUid();
        try (var app = new RedisClientOf(cluster, "gateway").consumer(redis, "app");
                var operator = new RedisClientOf(cluster, "gateway").operator(redis)) {

            // When
            server.interrupt();
            try {
                operator.sync().configSet("hz", "11");
                operator.sync().configSet("maxmemory", "12345678");

                // Then clients notice nothing, and what somebody changes inside Redis is still repaired
                Duration outage = Duration.ofSeconds(Integer.getInteger("faults.outage", 10));
                await("service")
                        .during(outage)
                        .atMost(outage.plusSeconds(30))
                        .until(() -> app.sync().set("a:1", "x").equals("OK"));
                await("repair")
                        .atMost(ServedRole.LIMIT)
                        .until(() -> "268435456"
                                .equals(operator.sync().configGet("maxmemory").get("maxmemory")));
            } finally {
                server.resume();
            }
        }

        // When it is back
        role.apply("  memory: {maxMemory: 200Mi, containerLimit: 448Mi}\n");
        cluster.client()
                .configMaps()
                .inNamespace(cluster.namespace())
                .withName("redis-gateway")
                .delete();

        // Then
        await("the edit")
                .atMost(ServedRole.LIMIT)
                .until(() -> role.asOperator(commands ->
                        "209715200".equals(commands.configGet("maxmemory").get("maxmemory"))));
        await("the child")
                .atMost(ServedRole.LIMIT)
                .until(() -> cluster.client()
                                .configMaps()
                                .inNamespace(cluster.namespace())
                                .withName("redis-gateway")
                                .get()
                        != null);
        role.awaitApplied();
        assertThat(role.pod().getMetadata().getUid()).isEqualTo(uid);
    }

    @Test
    void anOperatorThatEndsBetweenAnyTwoWritesOfAnEditIsFollowedByOneThatFinishes(
            RealApiServer server, @TempDir Path directory) {
        // Given
        OperatorOnApiServer cluster = start(server, server.config(), directory);
        ServedRole role = new ServedRole(cluster, redis, "gateway", "gateway").serve("");
        String uid = role.pod().getMetadata().getUid();
        int step = 0;
        boolean ended = true;

        // When, for every step until an edit is through before its operator ends
        while (ended) {
            int memory = 300 + step;
            cluster.endAfterWrites(step);
            role.apply("  - {name: late" + step + ", keys: ['l:*']}\n  memory: {maxMemory: " + memory
                    + "Mi}\n  config: {hz: '" + (11 + step) + "'}\n  persistence: {fsync: "
                    + (step % 2 == 0 ? "Always" : "EverySecond") + "}\n");
            await("the end, or success").atMost(ServedRole.LIMIT).until(() -> cluster.hasEnded() || role.isApplied());
            ended = cluster.hasEnded();
            cluster.restart();

            // Then
            role.awaitApplied();
            String late = "late" + step;
            assertThat(role.<List<String>>asOperator(commands -> commands.aclUsers()))
                    .contains("app", late)
                    .doesNotContain("late" + (step - 1));
            Map<String, String> settings = role.asOperator(commands -> commands.configGet("maxmemory", "hz"));
            assertThat(settings)
                    .containsEntry("maxmemory", String.valueOf((long) memory << 20))
                    .containsEntry("hz", String.valueOf(11 + step));
            step++;
        }

        // Then
        System.out.println(
                "FaultsOnApiServerTest: an operator ended after each of " + (step - 1) + " writes of an edit");
        assertThat(step).isGreaterThan(5);
        assertThat(role.pod().getMetadata().getUid()).isEqualTo(uid);
    }

    @Test
    void aSecretThatSomebodySpoiltIsMendedAndNobodyIsLockedOut(RealApiServer server, @TempDir Path directory) {
        // Given
        OperatorOnApiServer cluster = start(server, server.config(), directory);
        ServedRole role = new ServedRole(cluster, redis, "gateway", "gateway").serve("");
        Map<String, String> keys = Map.of(
                "redis-gateway-acl", "users.acl",
                "redis-gateway-credentials", "_operator.password",
                "redis-gateway.app", "password");
        for (Map.Entry<String, String> spoilt : keys.entrySet()) {
            String name = spoilt.getKey();
            String key = spoilt.getValue();

            // When
            cluster.client()
                    .secrets()
                    .inNamespace(cluster.namespace())
                    .withName(name)
                    .edit(secret -> new SecretBuilder(secret)
                            .withData(Map.of("wrong", "a2V5"))
                            .build());

            // Then
            await(name)
                    .atMost(ServedRole.LIMIT)
                    .until(() -> cluster.client()
                            .secrets()
                            .inNamespace(cluster.namespace())
                            .withName(name)
                            .get()
                            .getData()
                            .containsKey(key));
            await("a login")
                    .atMost(ServedRole.LIMIT)
                    .ignoreExceptions()
                    .until(() -> role.asApp(commands -> commands.set("a:1", "x").equals("OK")));
            role.awaitApplied();
        }
        assertThat(cluster.condition("gateway", ConditionType.READY).map(Condition::status))
                .hasValue("True");
    }

    private OperatorOnApiServer start(RealApiServer server, Config config, Path directory) {
        OperatorOnApiServer cluster = new OperatorOnApiServer(server, config, directory);
        started = Optional.of(cluster);
        return cluster;
    }

    /** Every right, but of NetworkPolicies only {@code verbs}. */
    private static void grant(RealApiServer server, String user, List<String> verbs) {
        ClusterRole role = new ClusterRoleBuilder()
                .withNewMetadata()
                .withName(user)
                .endMetadata()
                .addNewRule()
                .withApiGroups("", "apps", "policy", "redisroles.io", "discovery.k8s.io")
                .withResources("*")
                .withVerbs("*")
                .endRule()
                .addNewRule()
                .withApiGroups("networking.k8s.io")
                .withResources("networkpolicies")
                .withVerbs(verbs)
                .endRule()
                .build();
        server.client().resource(role).forceConflicts().serverSideApply();
        server.client()
                .resource(new ClusterRoleBindingBuilder()
                        .withNewMetadata()
                        .withName(user)
                        .endMetadata()
                        .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", user)
                        .addNewSubject("rbac.authorization.k8s.io", "User", user, null)
                        .build())
                .forceConflicts()
                .serverSideApply();
    }
}
