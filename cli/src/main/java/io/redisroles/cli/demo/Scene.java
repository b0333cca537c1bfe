package io.redisroles.cli.demo;

import io.redisroles.cli.local.LocalInstance;
import io.redisroles.cli.local.RoleView;
import io.redisroles.operator.plan.AclUser;
import io.redisroles.operator.status.ConditionType;
import io.redisroles.operator.status.Conditions;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Where the demo plays: a running instance, its app and its servers.
 *
 * @param instance that somebody else ticks
 * @param app through the sidecar
 */
record Scene(LocalInstance instance, AppClient app) {
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);

    RedisLink asOperator(String role) {
        return RedisLink.open(instance.login(role, AclUser.OPERATOR));
    }

    RedisLink asConsumer(String role, String consumer) {
        return RedisLink.open(instance.login(role, consumer));
    }

    RoleView role(String name) {
        return instance.role(name);
    }

    /** A condition as {@code status/reason}, for example {@code False/Full}. */
    String condition(String role, ConditionType type) {
        return Conditions.find(role(role).status().conditions(), type)
                .map(condition -> condition.status() + "/" + condition.reason())
                .orElse("absent");
    }

    /** Waits until {@code condition} holds, at most {@code limit}; whether it did. */
    boolean await(Duration limit, BooleanSupplier condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
        return true;
    }

    /** Lets {@code time} pass. */
    static void pause(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < until) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
    }
}
