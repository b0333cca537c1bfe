package io.redisroles.operator.plan;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.Lenient;
import io.redisroles.api.v1alpha1.RedisRole;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The plans of all roles and policies of one namespace. A role's plan needs only what policies ask of it, and a policy's plan
 * needs whole role plans, so there is no cycle.
 *
 * @param planner of roles
 * @param roles of the namespace
 * @param policies of the namespace
 */
public record NamespacePlans(RolePlanner planner, List<RedisRole> roles, List<AccessPolicy> policies) {
    private static final Comparator<HasMetadata> BY_NAME =
            Comparator.comparing(resource -> resource.getMetadata().getName());

    public NamespacePlans {
        roles = roles.stream().sorted(BY_NAME).toList();
        policies = policies.stream().sorted(BY_NAME).toList();
    }

    public PlanResult<RolePlan> role(RedisRole role) {
        return unreadable(role).map(PlanResult::<RolePlan>rejected).orElseGet(() -> planner.plan(role, grants(role)));
    }

    public PlanResult<PolicyPlan> policy(AccessPolicy policy) {
        return unreadable(policy)
                .map(PlanResult::<PolicyPlan>rejected)
                .orElseGet(() -> PolicyPlanner.plan(policy, this::rolePlan));
    }

    /** The RedisRole called {@code name}. */
    public Optional<RedisRole> find(String name) {
        return roles.stream()
                .filter(role -> role.getMetadata().getName().equals(name))
                .findFirst();
    }

    /** What the policies ask of pods, the oldest first. */
    public List<PolicyTarget> targets() {
        return policies.stream()
                .flatMap(policy -> PolicyTarget.of(policy, policy(policy)).stream())
                .sorted(PolicyTarget.OLDEST_FIRST)
                .toList();
    }

    /** What those policies ask that select {@code pod}, the oldest first. */
    public List<PolicyTarget> targetsOf(Pod pod) {
        return policies.stream()
                .filter(policy -> selects(policy, pod))
                .flatMap(policy -> PolicyTarget.of(policy, policy(policy)).stream())
                .sorted(PolicyTarget.OLDEST_FIRST)
                .toList();
    }

    /** Whether a policy's selector selects {@code pod}; no if it cannot be read. */
    public static boolean selects(AccessPolicy policy, Pod pod) {
        return policy.getSpec() != null
                && policy.getSpec().selector() != null
                && PodSelection.matches(policy.getSpec().selector(), PodSelection.labels(pod));
    }

    private Optional<RolePlan> rolePlan(String name) {
        return find(name).flatMap(role -> role(role).plan());
    }

    private List<PolicyGrant> grants(RedisRole role) {
        return policies.stream()
                .filter(policy -> unreadable(policy).isEmpty() && !policy.isMarkedForDeletion())
                .flatMap(
                        policy -> PolicyPlanner.grant(policy, role.getMetadata().getName()).stream())
                .toList();
    }

    private static Optional<List<Problem>> unreadable(Lenient resource) {
        return resource.unreadable().map(why -> List.of(new Problem(why.field(), why.message())));
    }
}
