package io.redisroles.operator.plan;

import io.fabric8.kubernetes.api.model.Quantity;
import io.redisroles.api.v1alpha1.Consumer;
import io.redisroles.api.v1alpha1.EvictionPolicy;
import io.redisroles.api.v1alpha1.Fsync;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.api.v1alpha1.RedisRoleSpec;
import io.redisroles.api.v1alpha1.RoleKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides what a RedisRole means. Pure: the same role, grants and settings give the same plan. It checks again what the CRD's
 * rules check, because objects may be older than the rules and local mode has no API server.
 */
public final class RolePlanner {
    private static final Quantity DEFAULT_CPU = new Quantity("100m");
    private static final long SMALLEST_MAX_MEMORY = 4 * Bytes.MI;

    private final PlanSettings settings;

    public RolePlanner(PlanSettings settings) {
        this.settings = settings;
    }

    /**
     * Plans a role.
     *
     * @param grants of the policies that refer to it
     */
    public PlanResult<RolePlan> plan(RedisRole role, List<PolicyGrant> grants) {
        return new Planning(settings, role, grants).result();
    }

    /** One planning: collects every problem rather than the first. */
    private static final class Planning {
        private final PlanSettings settings;
        private final RedisRole resource;
        private final RedisRoleSpec spec;
        private final List<PolicyGrant> grants;
        private final Preset preset;
        private final List<Problem> problems = new ArrayList<>();
        private final List<Problem> warnings = new ArrayList<>();

        Planning(PlanSettings settings, RedisRole resource, List<PolicyGrant> grants) {
            this.settings = settings;
            this.resource = resource;
            this.spec = resource.getSpec();
            this.grants = grants;
            this.preset = Preset.of(spec.role());
        }

        PlanResult<RolePlan> result() {
            RoleNames names = new RoleNames(resource.getMetadata().getName());
            checkName(names.role());
            checkConfig();
            checkConsumers();
            MemoryPlan memory = memory();
            Fsync fsync = fsync();
            RolePlan.Storage storage = storage(memory);
            if (!problems.isEmpty()) {
                return PlanResult.rejected(problems);
            }
            return PlanResult.accepted(
                    new RolePlan(
                            resource.getMetadata().getNamespace(),
                            Optional.ofNullable(resource.getMetadata().getUid()).orElse(""),
                            names,
                            spec.role(),
                            Optional.ofNullable(spec.image()).orElse(settings.defaultImage()),
                            memory,
                            fsync,
                            storage,
                            service(names),
                            RedisDirectives.of(memory, fsync, spec.config()),
                            spec.consumers().stream()
                                    .map(consumer -> new ConsumerPlan(
                                            consumer.name(),
                                            Optional.ofNullable(consumer.podSelector()),
                                            isPasswordOnly(consumer)))
                                    .toList(),
                            List.copyOf(grants),
                            AclUsers.of(spec.consumers(), grants),
                            Optional.ofNullable(spec.scheduling()).orElse(NO_SCHEDULING),
                            pod(),
                            Optional.ofNullable(pod().cpu()).orElse(DEFAULT_CPU)),
                    warnings);
        }

        private void checkName(String name) {
            if (!name.matches("[a-z]([-a-z0-9]{0,38}[a-z0-9])?")) {
                problem(
                        "metadata.name",
                        "\"" + name + "\" is not a DNS label of at most 40 characters that starts with a letter (for"
                                + " example gateway)");
            }
        }

        private void checkConfig() {
            for (Map.Entry<String, String> directive : spec.config().entrySet()) {
                if (!RedisDirectives.allowed().contains(directive.getKey())) {
                    problem(
                            "spec.config." + directive.getKey(),
                            "not a directive that a role may set; allowed are "
                                    + String.join(", ", RedisDirectives.allowed()));
                } else if (directive.getValue().chars().anyMatch(Character::isISOControl)) {
                    problem(
                            "spec.config." + directive.getKey(),
                            "the value has a control character (expected: one line)");
                }
            }
        }

        private void checkConsumers() {
            List<String> seen = new ArrayList<>();
            for (Consumer consumer : spec.consumers()) {
                String field = "spec.consumers[" + consumer.name() + "]";
                if (!consumer.name().matches("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
                        || consumer.name().equals("default")) {
                    problem(
                            field + ".name",
                            "\"" + consumer.name() + "\" is not a DNS label of at most 63 characters other than default"
                                    + " (for example auth-service)");
                }
                if (seen.contains(consumer.name())) {
                    problem(field, "stands twice: give each consumer a name of its own");
                }
                seen.add(consumer.name());
                AclUsers.check(consumer).forEach(message -> problem(field, message));
            }
            if (spec.consumers().stream().filter(Planning::isPasswordOnly).count() > 1) {
                problem("spec.consumers", "more than one has passwordOnly: true, but Redis has one default user");
            }
        }

        private MemoryPlan memory() {
            Optional<RedisRoleSpec.Memory> wished = Optional.ofNullable(spec.memory());
            long maxMemory = wished.map(RedisRoleSpec.Memory::maxMemory)
                    .map(quantity -> bytes("spec.memory.maxMemory", quantity))
                    .orElseGet(() -> required("spec.memory.maxMemory", preset.maxMemory(), "256Mi"));
            EvictionPolicy policy = wished.map(RedisRoleSpec.Memory::evictionPolicy)
                    .or(preset::evictionPolicy)
                    .orElseGet(() -> {
                        problem(
                                "spec.memory.evictionPolicy",
                                "absent, and a custom role has no preset: write for example allkeys-lru");
                        return EvictionPolicy.NOEVICTION;
                    });
            checkEviction(policy);
            if (maxMemory < SMALLEST_MAX_MEMORY) {
                problem(
                        "spec.memory.maxMemory",
                        Bytes.text(maxMemory) + " is too little for a Redis with users (expected: at least 4Mi)");
            }
            Optional<Long> limit = wished.map(RedisRoleSpec.Memory::containerLimit)
                    .map(quantity -> bytes("spec.memory.containerLimit", quantity));
            MemoryPlan plan = new MemoryPlan(
                    maxMemory, policy, limit.orElseGet(() -> MemoryPlan.computedLimit(maxMemory, policy)));
            limit.ifPresent(bytes -> checkShare(plan));
            return plan;
        }

        private void checkEviction(EvictionPolicy policy) {
            if (spec.role().neverEvicts() && policy.evicts()) {
                problem(
                        "spec.memory.evictionPolicy",
                        policy.directive() + " breaks the promise of a "
                                + spec.role().jsonName() + " role (expected: noeviction, or role: custom)");
            }
            if (spec.role() == RoleKind.SOCKET && !policy.evicts()) {
                problem(
                        "spec.memory.evictionPolicy",
                        "a full noeviction Redis refuses new connections' records (expected: an evicting policy, or role: custom)");
            }
        }

        private void checkShare(MemoryPlan plan) {
            double largest = MemoryPlan.largestShare(plan.evictionPolicy());
            String sizes =
                    Bytes.text(plan.maxMemory()) + " of a container limit of " + Bytes.text(plan.containerLimit());
            if (plan.share() > largest) {
                problem(
                        "spec.memory.maxMemory",
                        sizes + " is more than " + Math.round(largest * 100)
                                + " %: an AOF rewrite would get the container"
                                + " killed (expected: a containerLimit of at least "
                                + Bytes.text(MemoryPlan.computedLimit(plan.maxMemory(), plan.evictionPolicy()))
                                + ", or none)");
            } else if (plan.share() > MemoryPlan.WARNING_SHARE) {
                warnings.add(new Problem(
                        "spec.memory.maxMemory", sizes + " is more than 65 %: little is left for an AOF rewrite"));
            }
        }

        private Fsync fsync() {
            Fsync fsync = Optional.ofNullable(spec.persistence())
                    .map(RedisRoleSpec.Persistence::fsync)
                    .orElse(preset.fsync());
            if (spec.role().neverEvicts() && fsync == Fsync.NEVER) {
                problem(
                        "spec.persistence.fsync",
                        "Never breaks the promise of a " + spec.role().jsonName()
                                + " role (expected: Always or EverySecond)");
            }
            return fsync;
        }

        private RolePlan.Storage storage(MemoryPlan memory) {
            Optional<RedisRoleSpec.Storage> wished =
                    Optional.ofNullable(spec.persistence()).map(RedisRoleSpec.Persistence::storage);
            long size = wished.map(RedisRoleSpec.Storage::size)
                    .map(quantity -> bytes("spec.persistence.storage.size", quantity))
                    .orElseGet(() -> Math.max(preset.storage(), computedStorage(memory)));
            return new RolePlan.Storage(
                    size,
                    wished.map(RedisRoleSpec.Storage::storageClassName),
                    wished.map(RedisRoleSpec.Storage::reclaimPolicy).orElse(preset.reclaimPolicy()));
        }

        /** Old and new base and increment of an AOF rewrite coexist: five times maxMemory, in whole GiB. */
        private static long computedStorage(MemoryPlan memory) {
            return Bytes.ceil(5 * memory.maxMemory(), Bytes.GI);
        }

        private RolePlan.ServicePort service(RoleNames names) {
            Optional<RedisRoleSpec.Service> wished = Optional.ofNullable(spec.service());
            return new RolePlan.ServicePort(
                    wished.map(RedisRoleSpec.Service::name).orElse(names.base()),
                    wished.map(RedisRoleSpec.Service::port).orElse(preset.port()));
        }

        private RedisRoleSpec.Pod pod() {
            return Optional.ofNullable(spec.pod()).orElse(NOTHING_ADDED);
        }

        private long required(String field, long presetValue, String example) {
            if (presetValue == 0) {
                problem(field, "absent, and a custom role has no preset: write for example " + example);
                return SMALLEST_MAX_MEMORY;
            }
            return presetValue;
        }

        private long bytes(String field, Quantity quantity) {
            try {
                return Bytes.of(quantity);
            } catch (IllegalArgumentException e) {
                problem(field, e.getMessage() + " (expected a size, for example 256Mi)");
                return SMALLEST_MAX_MEMORY;
            }
        }

        private void problem(String field, String message) {
            problems.add(new Problem(field, message));
        }

        private static boolean isPasswordOnly(Consumer consumer) {
            return Boolean.TRUE.equals(consumer.passwordOnly());
        }
    }

    private static final RedisRoleSpec.Scheduling NO_SCHEDULING =
            new RedisRoleSpec.Scheduling(Map.of(), List.of(), null, List.of(), null);
    private static final RedisRoleSpec.Pod NOTHING_ADDED = new RedisRoleSpec.Pod(Map.of(), Map.of(), List.of(), null);
}
