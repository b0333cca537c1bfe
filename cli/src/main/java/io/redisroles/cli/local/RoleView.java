package io.redisroles.cli.local;

import io.redisroles.api.v1alpha1.RedisRoleStatus;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.redis.RedisFacts;
import java.util.Optional;

/**
 * A role at one moment.
 *
 * @param plan what it should be
 * @param port on 127.0.0.1
 * @param containerLimit of its StatefulSet's container, as a quantity
 * @param ready whether its Ready condition is True
 * @param status all conditions
 * @param facts what the server said last, if it did
 */
public record RoleView(
        RolePlan plan,
        int port,
        String containerLimit,
        boolean ready,
        RedisRoleStatus status,
        Optional<RedisFacts> facts) {
    static RoleView of(LocalRole role) {
        return new RoleView(
                role.plan(),
                role.node().port(),
                role.node().containerLimit(),
                role.isReady(),
                role.status(),
                role.facts());
    }

    public String name() {
        return plan.names().role();
    }

    public String address() {
        return Ports.HOST + ":" + port;
    }
}
