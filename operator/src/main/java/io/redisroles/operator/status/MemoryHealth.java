package io.redisroles.operator.status;

import io.redisroles.api.v1alpha1.Condition;
import io.redisroles.api.v1alpha1.RedisRoleStatus;
import io.redisroles.api.v1alpha1.RoleKind;
import io.redisroles.operator.plan.Bytes;
import io.redisroles.operator.plan.MemoryPlan;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.redis.Observation;
import io.redisroles.operator.redis.RedisFacts;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Whether a role has room for what it promises.
 *
 * @param status of the condition
 * @param reason why
 * @param message for people
 */
record MemoryHealth(String status, ConditionReason reason, String message) {
    /** The shares of maxmemory at which a role that never evicts raises its voice. */
    private static final int[] NEAR_FULL_PERCENT = {95, 85, 70};

    /** How far usage must fall below a threshold before it is taken back: one that swings about it is told once. */
    private static final int RELIEF_PERCENT = 3;

    static MemoryHealth of(RedisRoleStatus previous, RolePlan plan, Observation observation) {
        Optional<RedisFacts> facts = observation.facts();
        if (facts.isEmpty()) {
            return kept(previous);
        }
        if (plan.memory().evictionPolicy().evicts()) {
            return evicting(plan, facts.get(), isFull(observation));
        }
        return keeping(previous, plan, facts.get(), isFull(observation));
    }

    void addTo(Conditions conditions) {
        switch (status) {
            case "True" -> conditions.isTrue(ConditionType.MEMORY_HEALTHY, reason, message);
            case "False" -> conditions.isFalse(ConditionType.MEMORY_HEALTHY, reason, message);
            default -> conditions.isUnknown(ConditionType.MEMORY_HEALTHY, reason, message);
        }
    }

    private static MemoryHealth keeping(
            RedisRoleStatus previous, RolePlan plan, RedisFacts facts, boolean writesRefused) {
        if (writesRefused) {
            return new MemoryHealth(
                    "False",
                    ConditionReason.FULL,
                    "writes are refused, nothing is evicted: raise spec.memory.maxMemory or delete records");
        }
        long percent = facts.usedMemory() * 100 / plan.memory().maxMemory();
        for (int threshold : NEAR_FULL_PERCENT) {
            if (percent >= threshold || (percent >= threshold - RELIEF_PERCENT && wasAt(previous, threshold))) {
                return nearFull(
                        previous, atLeast(threshold) + Bytes.text(plan.memory().maxMemory()), facts);
            }
        }
        return withHeadroom(plan, facts, "there is room");
    }

    /** When it will be full is said when a threshold is crossed: a sentence that moves would be written all the time. */
    private static MemoryHealth nearFull(RedisRoleStatus previous, String share, RedisFacts facts) {
        String forecast = facts.load()
                .untilFull()
                .map(left -> ", in about " + roughly(left) + " at the pace of the last hour")
                .orElse("");
        String message =
                share + " is used, and this role refuses writes at 100 %" + forecast + ": raise spec.memory.maxMemory";
        return new MemoryHealth(
                "False",
                ConditionReason.NEAR_FULL,
                Conditions.find(previous.conditions(), ConditionType.MEMORY_HEALTHY)
                        .map(Condition::message)
                        .filter(said -> said.startsWith(share))
                        .orElse(message));
    }

    private static String roughly(Duration left) {
        if (left.toHours() < 2) {
            return Math.max(1, left.toMinutes()) + " minutes";
        }
        return left.toDays() < 2 ? left.toHours() + " hours" : left.toDays() + " days";
    }

    /** Whether the container has room for what the last rewrite copied. */
    private static MemoryHealth withHeadroom(RolePlan plan, RedisFacts facts, String otherwise) {
        long needed =
                MemoryPlan.limitFor(plan.memory().maxMemory(), facts.load().copied());
        return needed <= plan.memory().containerLimit()
                ? healthy(otherwise)
                : new MemoryHealth(
                        "False",
                        ConditionReason.HEADROOM_LOW,
                        "the last rewrite of the append-only file copied so much that a full role may be killed in the next"
                                + " one: set spec.memory.containerLimit to " + Bytes.text(needed) + " (now "
                                + Bytes.text(plan.memory().containerLimit()) + ")");
    }

    private static String atLeast(int threshold) {
        return "at least " + threshold + " % of ";
    }

    /** Whether this threshold, or a higher one, was told last. */
    private static boolean wasAt(RedisRoleStatus previous, int threshold) {
        return Conditions.find(previous.conditions(), ConditionType.MEMORY_HEALTHY)
                .filter(known -> IntStream.of(NEAR_FULL_PERCENT)
                        .anyMatch(told -> told >= threshold && known.message().startsWith(atLeast(told))))
                .isPresent();
    }

    private static MemoryHealth evicting(RolePlan plan, RedisFacts facts, boolean writesRefused) {
        if (writesRefused) {
            return evictsOnlyKeysWithTtl(plan)
                    ? new MemoryHealth(
                            "False",
                            ConditionReason.VOLATILE_STARVED,
                            "writes are refused, because no key with a TTL is left to evict: give keys a TTL or raise"
                                    + " spec.memory.maxMemory")
                    : new MemoryHealth(
                            "False",
                            ConditionReason.FULL,
                            "writes are refused, because clients' buffers hold the memory: raise spec.memory.maxMemory");
        }
        boolean full = facts.usedMemory() >= plan.memory().maxMemory() * 95 / 100;
        if (plan.role() == RoleKind.GATEWAY && facts.evictedKeys() > 0 && full) {
            return new MemoryHealth(
                    "False",
                    ConditionReason.EVICTING_LIVE_COUNTERS,
                    "sessions and counters are being evicted before their time: raise spec.memory.maxMemory");
        }
        if (evictsOnlyKeysWithTtl(plan) && full && facts.keysWithTtl() * 2 < facts.keys()) {
            return new MemoryHealth(
                    "False",
                    ConditionReason.VOLATILE_STARVED,
                    "most keys have no TTL, so little can be evicted: give keys a TTL or raise spec.memory.maxMemory");
        }
        return withHeadroom(plan, facts, "old keys make room for new ones");
    }

    private static boolean evictsOnlyKeysWithTtl(RolePlan plan) {
        return plan.memory().evictionPolicy().directive().startsWith("volatile-");
    }

    private static boolean isFull(Observation observation) {
        return observation instanceof Observation.Answered answered
                && answered.canary().outcome() == Observation.Canary.Outcome.FULL;
    }

    private static MemoryHealth healthy(String message) {
        return new MemoryHealth("True", ConditionReason.HEALTHY, message);
    }

    /** While the server cannot be asked, what was last known still stands. */
    private static MemoryHealth kept(RedisRoleStatus previous) {
        Optional<Condition> known = Conditions.find(previous.conditions(), ConditionType.MEMORY_HEALTHY);
        for (ConditionReason reason : ConditionReason.values()) {
            if (known.isPresent() && known.get().reason().equals(reason.text())) {
                return new MemoryHealth(
                        known.get().status(), reason, known.get().message());
            }
        }
        return new MemoryHealth("Unknown", ConditionReason.UNKNOWN, "Redis has not been asked");
    }
}
