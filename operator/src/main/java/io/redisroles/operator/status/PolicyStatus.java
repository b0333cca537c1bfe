package io.redisroles.operator.status;

import io.redisroles.api.v1alpha1.AccessPolicyStatus;
import io.redisroles.operator.injection.PodCensus;
import io.redisroles.operator.plan.PlanResult;
import io.redisroles.operator.plan.PolicyPlan;
import io.redisroles.operator.plan.Problem;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

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
     * @param pods how the pods stand; empty where no sidecars are injected
     */
    public record ObservedPolicy(
            boolean rolesReady, boolean usersLoaded, List<String> conflicts, Optional<ObservedPods> pods) {
        public ObservedPolicy {
            conflicts = List.copyOf(conflicts);
        }

        /** Where no sidecars are injected. */
        public ObservedPolicy(boolean rolesReady, boolean usersLoaded, List<String> conflicts) {
            this(rolesReady, usersLoaded, conflicts, Optional.empty());
        }
    }

    /**
     * How the pods of a policy stand.
     *
     * @param census of them
     * @param openTo the NetworkPolicy that decides instead of ours who reaches the app beside its sidecar
     */
    public record ObservedPods(PodCensus census, Optional<String> openTo) {}

    /** The status of a policy that cannot be done as written; what was said of its last good form stands. */
    public static AccessPolicyStatus rejected(
            AccessPolicyStatus previous, long generation, PlanResult<PolicyPlan> result, Instant now) {
        Conditions conditions = new Conditions(previous.conditions(), generation, now);
        String problems = PlanResult.describe(result.problems());
        conditions.isFalse(ConditionType.ACCEPTED, ConditionReason.INVALID_SPEC, problems);
        conditions.isFalse(
                ConditionType.PROGRAMMED, ConditionReason.INVALID_SPEC, "sidecars keep the last good policy");
        if (Conditions.find(previous.conditions(), ConditionType.ENFORCED).isEmpty()) {
            conditions.isFalse(ConditionType.ENFORCED, ConditionReason.NOT_INJECTED, "the policy is not accepted");
        }
        return new AccessPolicyStatus(
                generation,
                conditions.listWithRest(),
                Optional.ofNullable(previous.sidecars()).orElse(NO_SIDECARS));
    }

    /** The status of a policy of which the API server forbids the operator something; the rest of what was said stands. */
    public static AccessPolicyStatus forbidden(AccessPolicyStatus previous, long generation, String why, Instant now) {
        Conditions conditions = new Conditions(previous.conditions(), generation, now);
        conditions.isFalse(ConditionType.PROGRAMMED, ConditionReason.FORBIDDEN, why);
        return new AccessPolicyStatus(
                previous.observedGeneration(),
                conditions.listWithRest(),
                Optional.ofNullable(previous.sidecars()).orElse(NO_SIDECARS));
    }

    /**
     * The status of a policy whose children have been applied.
     *
     * @param warnings what works but is unwise
     */
    public static AccessPolicyStatus next(
            AccessPolicyStatus previous,
            long generation,
            PolicyPlan plan,
            List<Problem> warnings,
            ObservedPolicy observed,
            Instant now) {
        Conditions conditions = new Conditions(previous.conditions(), generation, now);
        if (warnings.isEmpty()) {
            conditions.isTrue(ConditionType.ACCEPTED, ConditionReason.VALID, "the spec can be done as written");
        } else {
            conditions.isTrue(ConditionType.ACCEPTED, ConditionReason.UNWISE, PlanResult.describe(warnings));
        }
        programmed(conditions, observed);
        if (observed.rolesReady()) {
            conditions.isTrue(
                    ConditionType.STORE_REACHABLE, ConditionReason.SERVING, "every role referred to is Ready");
        } else {
            conditions.isFalse(
                    ConditionType.STORE_REACHABLE, ConditionReason.NOT_SERVING, "a role referred to is not Ready");
        }
        durable(conditions, plan);
        if (observed.pods().isEmpty()) {
            conditions.isFalse(
                    ConditionType.ENFORCED, ConditionReason.NOT_INJECTED, "sidecars are not injected into pods here");
            return new AccessPolicyStatus(generation, conditions.list(), NO_SIDECARS);
        }
        PodCensus census = observed.pods().get().census();
        enforced(conditions, census, observed.pods().get().openTo());
        conflicted(conditions, census);
        return new AccessPolicyStatus(
                generation, conditions.list(), new AccessPolicyStatus.Sidecars(census.total(), census.current()));
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

    private static void enforced(Conditions conditions, PodCensus census, Optional<String> openTo) {
        if (!census.without().isEmpty()) {
            conditions.isFalse(ConditionType.ENFORCED, ConditionReason.NOT_INJECTED, some(census.without()));
        } else if (!census.awaited().isEmpty()) {
            conditions.isFalse(
                    ConditionType.ENFORCED,
                    ConditionReason.REPLACING,
                    "to be made anew, one after the other: "
                            + some(census.awaited().stream()
                                    .map(pod -> "pod " + pod.getMetadata().getName())
                                    .toList()));
        } else if (openTo.isPresent()) {
            conditions.isFalse(
                    ConditionType.ENFORCED,
                    ConditionReason.BYPASS_OPEN,
                    "NetworkPolicy " + openTo.get()
                            + " decides who reaches the app beside its sidecar: let it admit ports"
                            + " 15001 to 15016 instead of " + census.ports() + ", or use interception: Redirect");
        } else if (census.total() == 0) {
            conditions.isTrue(ConditionType.ENFORCED, ConditionReason.NO_PODS, "the selector selects no pod now");
        } else {
            conditions.isTrue(ConditionType.ENFORCED, ConditionReason.INJECTED, "every selected pod has the sidecar");
        }
    }

    private static void conflicted(Conditions conditions, PodCensus census) {
        if (census.overruled().isEmpty()) {
            conditions.isFalse(
                    ConditionType.CONFLICTED, ConditionReason.NO_CONFLICT, "no other policy has a pod of this one");
        } else {
            conditions.isTrue(
                    ConditionType.CONFLICTED,
                    ConditionReason.OLDER_POLICY_WINS,
                    "selected by this policy, but older ones have them: " + some(census.overruled())
                            + "; select each pod by one policy");
        }
    }

    /** A few, and how many more; of a thousand pods nobody reads all. */
    private static String some(List<String> all) {
        int shown = Math.min(all.size(), 3);
        return String.join("; ", all.subList(0, shown))
                + (all.size() > shown ? "; and " + (all.size() - shown) + " more" : "");
    }
}
