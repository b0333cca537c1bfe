package io.redisroles.operator.plan;

import io.fabric8.kubernetes.api.model.Quantity;
import io.redisroles.api.v1alpha1.Consumer;
import io.redisroles.api.v1alpha1.Fsync;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.api.v1alpha1.RedisRoleSpec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides what a RedisRole means. Pure: the same role, grants and settings give the same plan. It checks again what the CRD's
 * rules check, because objects may be older than the rules and local mode has no API server.
 */
public final class RolePlanner {
    private static final Quantity DEFAULT_CPU = new Quantity("100m");

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
        if (role.getSpec() == null || role.getSpec().role() == null) {
            return PlanResult.rejected(List.of(new Problem(
                    "spec.role", "absent (expected: gateway, socket, shared, compliance, crypto or custom)")));
        }
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
            this.grants = grants.stream()
                    .sorted(Comparator.comparing(PolicyGrant::policy))
                    .toList();
            this.preset = Preset.of(spec.role());
        }

        PlanResult<RolePlan> result() {
            RoleNames names = new RoleNames(resource.getMetadata().getName());
            checkName(names.role());
            checkConfig();
            new ConsumerChecks(problems, warnings).check(spec.consumers());
            MemoryPlan memory =
                    new MemoryPlanner(spec.role(), preset, problems, warnings).plan(Optional.ofNullable(spec.memory()));
            Fsync fsync = fsync();
            RolePlan.Storage storage = storage(memory);
            RolePlan.ServicePort service = service(names);
            Optional<TlsPlan> tls = TlsPlan.of(
                    Optional.ofNullable(spec.tls()),
                    names,
                    resource.getMetadata().getNamespace(),
                    service,
                    problems);
            Quantity cpu = cpu();
            String image = image();
            Optional<RotationSchedule> rotation = rotation();
            if (!problems.isEmpty()) {
                return PlanResult.rejected(problems);
            }
            return PlanResult.accepted(
                    new RolePlan(
                            resource.getMetadata().getNamespace(),
                            Optional.ofNullable(resource.getMetadata().getUid()).orElse(""),
                            names,
                            spec.role(),
                            image,
                            memory,
                            fsync,
                            storage,
                            service,
                            RedisDirectives.of(memory, fsync, tls, spec.config()),
                            spec.consumers().stream()
                                    .map(consumer -> new ConsumerPlan(
                                            consumer.name(),
                                            Optional.ofNullable(consumer.podSelector()),
                                            isPasswordOnly(consumer)))
                                    .toList(),
                            grants,
                            AclUsers.of(spec.consumers(), grants),
                            Optional.ofNullable(spec.scheduling()).orElse(NO_SCHEDULING),
                            pod(),
                            cpu,
                            tls,
                            rotation),
                    warnings);
        }

        private void checkName(String name) {
            if (name == null || !name.matches("[a-z]([-a-z0-9]{0,38}[a-z0-9])?")) {
                problem(
                        "metadata.name",
                        "\"" + name + "\" is not a DNS label of at most 40 characters that starts with a letter (for"
                                + " example gateway)");
            }
        }

        private void checkConfig() {
            spec.config()
                    .forEach((directive, value) -> RedisDirectives.problem(directive, value)
                            .ifPresent(message -> problem("spec.config." + directive, message)));
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
                    .flatMap(quantity -> Bytes.orProblem(
                            "spec.persistence.storage.size", quantity, 16 * Bytes.MI, 64 * Bytes.TI, problems))
                    .orElseGet(() -> Math.max(preset.storage(), computedStorage(memory)));
            if (size < 5 * memory.maxMemory()) {
                warnings.add(new Problem(
                        "spec.persistence.storage.size",
                        Bytes.text(size) + " is less than five times maxMemory: an AOF rewrite may fill the volume"
                                + " (expected: " + Bytes.text(computedStorage(memory)) + " or more)"));
            }
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
            String name = wished.map(RedisRoleSpec.Service::name).orElse(names.base());
            int port = wished.map(RedisRoleSpec.Service::port).orElse(preset.port());
            if (!name.matches("[a-z]([-a-z0-9]{0,61}[a-z0-9])?")) {
                problem(
                        "spec.service.name",
                        "\"" + name + "\" is not a DNS label of at most 63 characters that starts with a letter (for"
                                + " example redis-gateway)");
            }
            if (name.equals(names.headlessService())) {
                problem(
                        "spec.service.name",
                        "\"" + name + "\" is the role's headless Service: choose another, or leave it out");
            }
            if (port < 1 || port > 65535) {
                problem("spec.service.port", port + " is not a port (expected: 1 to 65535)");
            }
            return new RolePlan.ServicePort(name, port);
        }

        private String image() {
            String image = Optional.ofNullable(spec.image()).orElse(settings.defaultImage());
            if (!image.matches("\\S+")) {
                problem(
                        "spec.image",
                        "\"" + image + "\" is empty or has a space: leave it out, or write for example redis:7.4");
            }
            return image;
        }

        private Optional<RotationSchedule> rotation() {
            return Optional.ofNullable(spec.passwordRotation())
                    .flatMap(wished -> RotationSchedule.orProblem(
                            "spec.passwordRotation.every",
                            wished.every(),
                            resource.getMetadata().getNamespace() + "/"
                                    + resource.getMetadata().getName(),
                            problems));
        }

        private Quantity cpu() {
            return Optional.ofNullable(pod().cpu())
                    .map(quantity -> Cpu.orProblem("spec.pod.cpu", quantity, problems))
                    .orElse(DEFAULT_CPU);
        }

        private RedisRoleSpec.Pod pod() {
            return Optional.ofNullable(spec.pod()).orElse(NOTHING_ADDED);
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
