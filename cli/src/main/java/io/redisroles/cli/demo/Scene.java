package io.redisroles.cli.demo;

import io.redisroles.cli.local.LocalInstance;
import io.redisroles.cli.local.RoleView;
import io.redisroles.operator.plan.AclUser;
import io.redisroles.operator.status.ConditionType;
import io.redisroles.operator.status.Conditions;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Where the demo plays: a running instance, its app and its servers.
 *
 * @param instance that somebody else ticks
 * @param app through the sidecar
 * @param folder with the files that the instance follows
 */
record Scene(LocalInstance instance, AppClient app, DemoFolder folder) {
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
        return await(limit, condition::getAsBoolean, met -> met);
    }

    /** Looks again and again until what is seen is good enough, or for {@code limit}; what was seen last. */
    <T> T await(Duration limit, Supplier<T> look, Predicate<T> enough) {
        long deadline = System.nanoTime() + limit.toNanos();
        T seen = look.get();
        while (!enough.test(seen) && System.nanoTime() <= deadline) {
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
            seen = look.get();
        }
        return seen;
    }

    /** Lets {@code time} pass. */
    static void pause(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < until) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
    }
}
