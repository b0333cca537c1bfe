package io.redisroles.operator.plan;

import io.fabric8.kubernetes.api.model.Quantity;
import io.redisroles.api.v1alpha1.EvictionPolicy;
import io.redisroles.api.v1alpha1.RedisRoleSpec;
import io.redisroles.api.v1alpha1.RoleKind;
import java.util.List;
import java.util.Optional;

/** Decides the memory of a role and its container, and collects what speaks against it. */
final class MemoryPlanner {
    /** Less is too little for a Redis with users. */
    private static final long SMALLEST = 4 * Bytes.MI;

    private static final String NO_PRESET = "absent, and a custom role has no preset: write for example ";

    private final RoleKind role;
    private final Preset preset;
    private final List<Problem> problems;
    private final List<Problem> warnings;

    MemoryPlanner(RoleKind role, Preset preset, List<Problem> problems, List<Problem> warnings) {
        this.role = role;
        this.preset = preset;
        this.problems = problems;
        this.warnings = warnings;
    }

    MemoryPlan plan(Optional<RedisRoleSpec.Memory> wished) {
        EvictionPolicy policy = policy(wished.map(RedisRoleSpec.Memory::evictionPolicy));
        long maxMemory = maxMemory(wished);
        Optional<Long> limit = wished.map(RedisRoleSpec.Memory::containerLimit)
                .flatMap(quantity ->
                        Bytes.orProblem("spec.memory.containerLimit", quantity, 16 * Bytes.MI, 2 * Bytes.TI, problems));
        MemoryPlan plan =
                new MemoryPlan(maxMemory, policy, limit.orElseGet(() -> MemoryPlan.computedLimit(maxMemory, policy)));
        if (limit.isPresent()) {
            checkShare(plan);
        }
        return plan;
    }

    private long maxMemory(Optional<RedisRoleSpec.Memory> wished) {
        Optional<Quantity> written = wished.map(RedisRoleSpec.Memory::maxMemory);
        if (written.isEmpty() && preset.maxMemory() == 0) {
            problem("spec.memory.maxMemory", NO_PRESET + "256Mi");
            return SMALLEST;
        }
        return written.map(quantity -> Bytes.orProblem("spec.memory.maxMemory", quantity, SMALLEST, Bytes.TI, problems)
                        .orElse(SMALLEST))
                .orElse(preset.maxMemory());
    }

    private EvictionPolicy policy(Optional<EvictionPolicy> wished) {
        Optional<EvictionPolicy> decided = wished.or(preset::evictionPolicy);
        if (decided.isEmpty()) {
            problem("spec.memory.evictionPolicy", NO_PRESET + "allkeys-lru");
        }
        EvictionPolicy policy = decided.orElse(EvictionPolicy.NOEVICTION);
        if (role.neverEvicts() && policy.evicts()) {
            problem(
                    "spec.memory.evictionPolicy",
                    policy.directive() + " breaks the promise of a " + role.jsonName()
                            + " role (expected: noeviction, or role: custom)");
        }
        if (role == RoleKind.SOCKET && !policy.evicts()) {
            problem(
                    "spec.memory.evictionPolicy",
                    policy.directive() + " would refuse the records of new connections when it is full (expected: an"
                            + " evicting policy such as volatile-lru, or role: custom)");
        }
        return policy;
    }

    private void checkShare(MemoryPlan plan) {
        double largest = MemoryPlan.largestShare(plan.evictionPolicy());
        String sizes = Bytes.text(plan.maxMemory()) + " of a container limit of " + Bytes.text(plan.containerLimit());
        if (plan.share() > largest) {
            long smallestLimit = Bytes.ceil((long) Math.ceil(plan.maxMemory() / largest), Bytes.MI);
            problem(
                    "spec.memory.maxMemory",
                    sizes + " is more than " + Math.round(largest * 100)
                            + " %: an AOF rewrite would get the container killed (expected: a containerLimit of at"
                            + " least " + Bytes.text(smallestLimit) + ", or none, which gives "
                            + Bytes.text(MemoryPlan.computedLimit(plan.maxMemory(), plan.evictionPolicy())) + ")");
        } else if (plan.share() > MemoryPlan.WARNING_SHARE) {
            warnings.add(new Problem(
                    "spec.memory.maxMemory", sizes + " is more than 65 %: little is left for an AOF rewrite"));
        }
    }

    private void problem(String field, String message) {
        problems.add(new Problem(field, message));
    }
}
