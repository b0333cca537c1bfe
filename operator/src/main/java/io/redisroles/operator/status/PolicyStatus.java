package io.redisroles.operator.status;

import io.redisroles.api.v1alpha1.AccessPolicyStatus;
import io.redisroles.operator.plan.PlanResult;
import io.redisroles.operator.plan.PolicyPlan;
import java.time.Instant;
import java.util.List;

/** What is said of an AccessPolicy. Pure: an equal status means that nothing needs to be written. */
public final class PolicyStatus {
    private static final AccessPolicyStatus.Sidecars NO_SIDECARS = new AccessPolicyStatus.Sidecars(0, 0);

    private PolicyStatus() {}

    /**
     * What was seen of a policy after its children were applied.
     *
     * @param rolesReady whether every role that it refers to is Ready
     * @param usersLoaded whether every such role has loaded the policy's user
     * @param conflicts the children whose names somebody else's objects have
     */
    public record ObservedPolicy(boolean rolesReady, boolean usersLoaded, List<String> conflicts) {
        public ObservedPolicy {
            conflicts = List.copyOf(conflicts);
        }
    }

    /** The status of a policy that cannot be done as written; what was said of its last good form stands. */
    public static AccessPolicyStatus rejected(
            AccessPolicyStatus previous, long generation, PlanResult<PolicyPlan> result, Instant now) {
        Conditions conditions = new Conditions(previous.conditions(), generation, now);
        String problems = PlanResult.describe(result.problems());
        conditions.isFalse(ConditionType.ACCEPTED, ConditionReason.INVALID_SPEC, problems);
        conditions.isFalse(
                ConditionType.PROGRAMMED, ConditionReason.INVALID_SPEC, "sidecars keep the last good policy");
        enforced(conditions);
        return new AccessPolicyStatus(generation, conditions.listWithRest(), NO_SIDECARS);
    }

    /** The status of a policy whose children have been applied. */
    public static AccessPolicyStatus next(
            AccessPolicyStatus previous, long generation, PolicyPlan plan, ObservedPolicy observed, Instant now) {
        Conditions conditions = new Conditions(previous.conditions(), generation, now);
        conditions.isTrue(ConditionType.ACCEPTED, ConditionReason.VALID, "the spec can be done as written");
        programmed(conditions, observed);
        if (observed.rolesReady()) {
            conditions.isTrue(
                    ConditionType.STORE_REACHABLE, ConditionReason.SERVING, "every role referred to is Ready");
        } else {
            conditions.isFalse(
                    ConditionType.STORE_REACHABLE, ConditionReason.NOT_SERVING, "a role referred to is not Ready");
        }
        durable(conditions, plan);
        enforced(conditions);
        return new AccessPolicyStatus(generation, conditions.list(), NO_SIDECARS);
    }

    /** A status that says nothing yet. */
    public static AccessPolicyStatus none() {
        return new AccessPolicyStatus(null, List.of(), null);
    }

    private static void programmed(Conditions conditions, ObservedPolicy observed) {
        if (!observed.conflicts().isEmpty()) {
            conditions.isFalse(
                    ConditionType.PROGRAMMED,
                    ConditionReason.NAME_CONFLICT,
                    "not ours and left alone: " + String.join(", ", observed.conflicts()) + "; delete or rename them");
        } else if (!observed.usersLoaded()) {
            conditions.isFalse(
                    ConditionType.PROGRAMMED, ConditionReason.PENDING, "a role has not loaded the policy's user yet");
        } else {
            conditions.isTrue(
                    ConditionType.PROGRAMMED, ConditionReason.PROGRAMMED, "configuration and credentials are written");
        }
    }

    private static void durable(Conditions conditions, PolicyPlan plan) {
        if (plan.config().policy().rules().stream()
                .allMatch(rule -> rule.limits().isEmpty())) {
            conditions.isTrue(ConditionType.LIMITS_DURABLE, ConditionReason.NO_LIMITS, "the policy has no limits");
        } else if (plan.limitsAtRisk().isPresent()) {
            conditions.isFalse(
                    ConditionType.LIMITS_DURABLE,
                    ConditionReason.EVICTING_ROLE,
                    "RedisRole " + plan.limitsAtRisk().get() + " evicts when it is full, and an evicted counter starts"
                            + " afresh: keep it below maxmemory, or count in a role with evictionPolicy noeviction");
        } else {
            conditions.isTrue(ConditionType.LIMITS_DURABLE, ConditionReason.DURABLE, "counters are never evicted");
        }
    }

    private static void enforced(Conditions conditions) {
        conditions.isFalse(
                ConditionType.ENFORCED,
                ConditionReason.NOT_INJECTED,
                "no pod has the sidecar: this release does not inject it yet");
    }
}
