package io.redisroles.operator.status;

import io.redisroles.api.v1alpha1.Condition;
import io.redisroles.api.v1alpha1.RedisRoleStatus;
import io.redisroles.operator.plan.PlanResult;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.redis.Observation;
import io.redisroles.operator.redis.RedisFacts;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is said of a RedisRole. Pure: an equal status means that nothing needs to be written. */
public final class RoleStatus {
    private RoleStatus() {}

    /**
     * The status of a role that cannot be done as written; what runs already is left as it is, and so is what was said of it,
     * with the generation that it was said of.
     */
    public static RedisRoleStatus rejected(
            RedisRoleStatus previous, long generation, PlanResult<RolePlan> result, Instant now) {
        Conditions conditions = new Conditions(previous.conditions(), generation, now);
        String problems = PlanResult.describe(result.problems());
        conditions.isFalse(ConditionType.ACCEPTED, ConditionReason.INVALID_SPEC, problems);
        conditions.isFalse(ConditionType.READY, ConditionReason.INVALID_SPEC, problems);
        conditions.isFalse(
                ConditionType.PROGRESSING, ConditionReason.INVALID_SPEC, "nothing is done until the spec is corrected");
        return new RedisRoleStatus(
                generation,
                conditions.listWithRest(),
                previous.endpoint(),
                previous.bindings(),
                previous.binding(),
                previous.memory(),
                previous.redisVersion());
    }

    /** The status of a role whose children have been applied. */
    public static RedisRoleStatus next(
            RedisRoleStatus previous,
            long generation,
            RolePlan plan,
            PlanResult<RolePlan> result,
            ObservedRole observed,
            Instant now) {
        Conditions conditions = new Conditions(previous.conditions(), generation, now);
        accepted(conditions, result);
        conflict(conditions, observed);
        boolean ready = ready(conditions, plan, observed);
        progressing(conditions, observed, ready);
        Optional<RedisFacts> facts = observed.redis().facts();
        configApplied(conditions, plan, facts);
        aclApplied(conditions, observed, facts);
        MemoryHealth.of(previous, plan, observed.redis()).addTo(conditions);
        persistence(conditions, facts);
        List<RedisRoleStatus.ConsumerBinding> bindings = plan.consumers().stream()
                .map(consumer -> new RedisRoleStatus.ConsumerBinding(
                        consumer.name(), plan.names().bindingSecret(consumer.name())))
                .toList();
        return new RedisRoleStatus(
                generation,
                conditions.list(),
                plan.host() + ":" + plan.service().port(),
                bindings,
                bindings.size() == 1
                        ? new RedisRoleStatus.Binding(bindings.get(0).name())
                        : null,
                MemoryUsage.next(previous, plan, facts, conditions.list(), now),
                facts.map(RedisFacts::version).orElse(previous.redisVersion()));
    }

    private static void accepted(Conditions conditions, PlanResult<RolePlan> result) {
        if (result.warnings().isEmpty()) {
            conditions.isTrue(ConditionType.ACCEPTED, ConditionReason.VALID, "the spec can be done as written");
        } else {
            conditions.isTrue(ConditionType.ACCEPTED, ConditionReason.UNWISE, PlanResult.describe(result.warnings()));
        }
    }

    private static void conflict(Conditions conditions, ObservedRole observed) {
        if (observed.conflicts().isEmpty()) {
            conditions.isFalse(ConditionType.NAME_CONFLICT, ConditionReason.NO_CONFLICT, "every child is ours");
        } else {
            conditions.isTrue(
                    ConditionType.NAME_CONFLICT,
                    ConditionReason.NAME_CONFLICT,
                    "not ours and left alone: " + String.join(", ", observed.conflicts())
                            + "; delete or rename them, or rename this RedisRole");
        }
    }

    private static boolean ready(Conditions conditions, RolePlan plan, ObservedRole observed) {
        Observation redis = observed.redis();
        if (!observed.conflicts().isEmpty()) {
            conditions.isFalse(ConditionType.READY, ConditionReason.NAME_CONFLICT, "a child's name is taken");
        } else if (!observed.podReady()) {
            conditions.isFalse(
                    ConditionType.READY,
                    observed.restarting() ? ConditionReason.RESTARTING : ConditionReason.PENDING,
                    "the Redis process is not ready; " + redis.describe());
        } else if (redis instanceof Observation.Answered answered && serves(answered.canary(), plan)) {
            conditions.isTrue(ConditionType.READY, ConditionReason.SERVING, redis.describe());
            return true;
        } else {
            conditions.isFalse(ConditionType.READY, notReady(redis), redis.describe());
        }
        return false;
    }

    /** To refuse writes when it is full is the promise of a role that never evicts, and a failure of any other. */
    private static boolean serves(Observation.Canary canary, RolePlan plan) {
        return switch (canary.outcome()) {
            case SERVED -> true;
            case FULL -> !plan.memory().evictionPolicy().evicts();
            case FAILED -> false;
        };
    }

    private static ConditionReason notReady(Observation redis) {
        if (redis instanceof Observation.Loading) {
            return ConditionReason.LOADING;
        }
        return redis instanceof Observation.Answered ? ConditionReason.NOT_SERVING : ConditionReason.UNREACHABLE;
    }

    private static void progressing(Conditions conditions, ObservedRole observed, boolean ready) {
        if (ready) {
            conditions.isFalse(ConditionType.PROGRESSING, ConditionReason.RECONCILED, "nothing is left to do");
        } else {
            conditions.isTrue(
                    ConditionType.PROGRESSING,
                    observed.restarting() ? ConditionReason.RESTARTING : ConditionReason.PENDING,
                    "waiting for Redis to serve");
        }
    }

    private static void configApplied(Conditions conditions, RolePlan plan, Optional<RedisFacts> facts) {
        if (facts.isEmpty()) {
            conditions.isUnknown(ConditionType.CONFIG_APPLIED, ConditionReason.UNKNOWN, "Redis has not been asked");
            return;
        }
        Map<String, String> actual = facts.get().config();
        Map<String, String> expected = Map.of(
                "maxmemory", String.valueOf(plan.memory().maxMemory()),
                "maxmemory-policy", plan.memory().evictionPolicy().directive(),
                "appendonly", "yes",
                "appendfsync", plan.fsync().directive());
        List<String> different = expected.entrySet().stream()
                .filter(directive -> !directive.getValue().equals(actual.get(directive.getKey())))
                .map(directive -> directive.getKey() + " is " + actual.get(directive.getKey()) + " (expected: "
                        + directive.getValue() + ")")
                .sorted()
                .toList();
        if (different.isEmpty()) {
            conditions.isTrue(
                    ConditionType.CONFIG_APPLIED, ConditionReason.APPLIED, "read back from the running server");
        } else {
            conditions.isFalse(ConditionType.CONFIG_APPLIED, ConditionReason.DIFFERENT, String.join("; ", different));
        }
    }

    private static void aclApplied(Conditions conditions, ObservedRole observed, Optional<RedisFacts> facts) {
        if (facts.isEmpty()) {
            conditions.isUnknown(ConditionType.ACL_APPLIED, ConditionReason.UNKNOWN, "Redis has not been asked");
        } else if (facts.get().aclRevision().equals(observed.aclRevision())) {
            conditions.isTrue(
                    ConditionType.ACL_APPLIED,
                    ConditionReason.APPLIED,
                    "the server has loaded this revision of the users");
        } else {
            conditions.isFalse(
                    ConditionType.ACL_APPLIED,
                    ConditionReason.DIFFERENT,
                    "the server has loaded another revision of the users");
        }
    }

    private static void persistence(Conditions conditions, Optional<RedisFacts> facts) {
        if (facts.isEmpty()) {
            conditions.isUnknown(
                    ConditionType.PERSISTENCE_HEALTHY, ConditionReason.UNKNOWN, "Redis has not been asked");
        } else if (!facts.get().aofEnabled()) {
            conditions.isFalse(
                    ConditionType.PERSISTENCE_HEALTHY, ConditionReason.AOF_DISABLED, "the append-only file is off");
        } else if (!facts.get().aofWriteOk()) {
            conditions.isFalse(
                    ConditionType.PERSISTENCE_HEALTHY,
                    ConditionReason.AOF_WRITE_FAILING,
                    "the last write to the append-only file failed: look at the volume's space");
        } else {
            conditions.isTrue(
                    ConditionType.PERSISTENCE_HEALTHY, ConditionReason.HEALTHY, "the append-only file is written");
        }
    }

    /** A status that says nothing yet. */
    public static RedisRoleStatus none() {
        return new RedisRoleStatus(null, List.<Condition>of(), null, List.of(), null, null, null);
    }
}
