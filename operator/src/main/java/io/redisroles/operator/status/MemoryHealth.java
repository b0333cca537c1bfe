package io.redisroles.operator.status;

import io.redisroles.api.v1alpha1.Condition;
import io.redisroles.api.v1alpha1.RedisRoleStatus;
import io.redisroles.api.v1alpha1.RoleKind;
import io.redisroles.operator.plan.Bytes;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.redis.Observation;
import io.redisroles.operator.redis.RedisFacts;
import java.util.Optional;

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

    static MemoryHealth of(RedisRoleStatus previous, RolePlan plan, Observation observation) {
        Optional<RedisFacts> facts = observation.facts();
        if (facts.isEmpty()) {
            return kept(previous);
        }
        if (plan.memory().evictionPolicy().evicts()) {
            return evicting(plan, facts.get(), isFull(observation));
        }
        return keeping(plan, facts.get(), isFull(observation));
    }

    void addTo(Conditions conditions) {
        switch (status) {
            case "True" -> conditions.isTrue(ConditionType.MEMORY_HEALTHY, reason, message);
            case "False" -> conditions.isFalse(ConditionType.MEMORY_HEALTHY, reason, message);
            default -> conditions.isUnknown(ConditionType.MEMORY_HEALTHY, reason, message);
        }
    }

    private static MemoryHealth keeping(RolePlan plan, RedisFacts facts, boolean writesRefused) {
        if (writesRefused) {
            return new MemoryHealth(
                    "False",
                    ConditionReason.FULL,
                    "writes are refused, nothing is evicted: raise spec.memory.maxMemory or delete records");
        }
        long percent = facts.usedMemory() * 100 / plan.memory().maxMemory();
        for (int threshold : NEAR_FULL_PERCENT) {
            if (percent >= threshold) {
                return new MemoryHealth(
                        "False",
                        ConditionReason.NEAR_FULL,
                        "at least " + threshold + " % of "
                                + Bytes.text(plan.memory().maxMemory())
                                + " is used, and this role refuses writes at 100 %: raise spec.memory.maxMemory");
            }
        }
        return healthy("there is room");
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
        return healthy("old keys make room for new ones");
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
