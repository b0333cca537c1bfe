package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.Pod;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.redisroles.api.v1alpha1.Condition;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.operator.status.ConditionType;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A role of one consumer, {@code app}, whose Redis runs on the fake node.
 *
 * @param cluster with the role
 * @param redis to connect with
 * @param name of it
 * @param kind its {@code spec.role}
 */
record ServedRole(OperatorOnApiServer cluster, RedisClient redis, String name, String kind) {
    static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String APP = "  consumers:\n  - {name: app, keys: ['a:*']}\n";

    /** Applies the role with more lines of its spec, starts its Redis, and waits until all that is wished is read back. */
    ServedRole serve(String more) {
        apply(more);
        awaitWorkload();
        cluster.node().serve(name);
        awaitApplied();
        return this;
    }

    void apply(String more) {
        cluster.apply("apiVersion: redisroles.io/v1alpha1\nkind: RedisRole\nmetadata: {name: " + name
                + "}\nspec:\n  role: " + kind + "\n" + APP + more);
    }

    void awaitWorkload() {
        await("workload")
                .atMost(LIMIT)
                .until(() -> cluster.client()
                                .apps()
                                .statefulSets()
                                .inNamespace(cluster.namespace())
                                .withName("redis-" + name)
                                .get()
                        != null);
    }

    void awaitApplied() {
        await("Ready")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(isReady() && isApplied())
                        .as(() -> cluster.describe(List.of(name)))
                        .isTrue());
    }

    void awaitReason(ConditionType type, String reason) {
        await(type + "/" + reason)
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(cluster.condition(name, type).map(Condition::reason))
                        .as(() -> cluster.describe(List.of(name)))
                        .hasValue(reason));
    }

    String message(ConditionType type) {
        return cluster.condition(name, type).map(Condition::message).orElse("");
    }

    boolean isReady() {
        return cluster.isTrue(name, ConditionType.READY);
    }

    boolean isApplied() {
        RedisRole role = cluster.role(name).orElseThrow();
        return cluster.isTrue(name, ConditionType.ACL_APPLIED)
                && cluster.isTrue(name, ConditionType.CONFIG_APPLIED)
                && role.getMetadata().getGeneration().equals(role.getStatus().observedGeneration());
    }

    Pod pod() {
        return cluster.client()
                .pods()
                .inNamespace(cluster.namespace())
                .withName("redis-" + name + "-0")
                .get();
    }

    void annotate(String annotation, String value) {
        cluster.client()
                .resources(RedisRole.class)
                .inNamespace(cluster.namespace())
                .withName(name)
                .edit(role -> {
                    TreeMap<String, String> annotations = new TreeMap<>();
                    if (role.getMetadata().getAnnotations() != null) {
                        annotations.putAll(role.getMetadata().getAnnotations());
                    }
                    annotations.put(annotation, value);
                    role.getMetadata().setAnnotations(annotations);
                    return role;
                });
    }

    /** Runs something as the consumer, on a connection of its own. */
    <R> R asApp(Function<RedisCommands<String, String>, R> use) {
        try (StatefulRedisConnection<String, String> connection =
                new RedisClientOf(cluster, name).consumer(redis, "app")) {
            return use.apply(connection.sync());
        }
    }

    /** Runs something as the operator, on a connection of its own. */
    <R> R asOperator(Function<RedisCommands<String, String>, R> use) {
        try (StatefulRedisConnection<String, String> connection = new RedisClientOf(cluster, name).operator(redis)) {
            return use.apply(connection.sync());
        }
    }
}
