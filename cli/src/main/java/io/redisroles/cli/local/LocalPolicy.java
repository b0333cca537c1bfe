package io.redisroles.cli.local;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.AccessPolicyStatus;
import io.redisroles.cli.CliException;
import io.redisroles.contract.ContractPaths;
import io.redisroles.contract.Endpoint;
import io.redisroles.contract.Jwt;
import io.redisroles.contract.PolicySection;
import io.redisroles.contract.SidecarConfig;
import io.redisroles.contract.SidecarConfigCodec;
import io.redisroles.contract.StaticSection;
import io.redisroles.contract.StoreName;
import io.redisroles.operator.desired.DesiredResources;
import io.redisroles.operator.plan.PlanResult;
import io.redisroles.operator.plan.PolicyPlan;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.status.ConditionType;
import io.redisroles.operator.status.Conditions;
import io.redisroles.operator.status.PolicyStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * One policy on this machine: the operator's steps, with a real sidecar process that stands before one app. An edit of the
 * policy is a new file that the sidecar reloads; only what its static section holds restarts it. One thread.
 */
final class LocalPolicy implements AutoCloseable {
    private final SidecarConfigCodec codec = new SidecarConfigCodec();
    private final InstanceDirectory directory;
    private final Ports ports;
    private final Endpoint upstream;
    private final Function<RolePlan, LocalRole> roles;
    private final Instant created;
    private final JavaProgram program;
    private final Backoff backoff = new Backoff();
    private AccessPolicy resource;
    private PlanResult<PolicyPlan> result;
    private Optional<JwksFile> jwks;
    private AccessPolicyStatus status = PolicyStatus.none();
    private Optional<SidecarConfig> written = Optional.empty();
    private Optional<StaticSection> running = Optional.empty();
    private Optional<ManagedProcess> sidecar = Optional.empty();
    private long generation = 1;

    /**
     * @param jwks the keys of the issuer that the policy believes, if they are in a Secret
     * @param upstream the app that the sidecar stands before
     * @param roles finds the running role of a plan
     */
    LocalPolicy(
            AccessPolicy resource,
            PlanResult<PolicyPlan> result,
            Optional<JwksFile> jwks,
            InstanceDirectory directory,
            Ports ports,
            Endpoint upstream,
            Function<RolePlan, LocalRole> roles,
            Instant now) {
        this.resource = resource;
        this.result = result;
        this.jwks = jwks;
        this.directory = directory;
        this.ports = ports;
        this.upstream = upstream;
        this.roles = roles;
        this.created = now.truncatedTo(ChronoUnit.SECONDS);
        this.program = JavaProgram.sidecar();
        apply();
    }

    void update(AccessPolicy edited, PlanResult<PolicyPlan> editedResult, Optional<JwksFile> editedJwks) {
        if (!edited.getSpec().equals(resource.getSpec())) {
            generation++;
        }
        resource = edited;
        result = editedResult;
        jwks = editedJwks;
        apply();
    }

    /** Whether this is the same policy in the same place, so that an edit of it needs no new sidecar. */
    boolean isOf(AccessPolicy other, Ports here) {
        return other.getMetadata().getName().equals(name())
                && other.getMetadata()
                        .getNamespace()
                        .equals(resource.getMetadata().getNamespace())
                && inbound().port() == here.of(other.getSpec().ports().get(0));
    }

    String name() {
        return resource.getMetadata().getName();
    }

    Optional<PolicyPlan> plan() {
        return result.plan();
    }

    void tick(Instant now) {
        if (sidecar.isPresent() && !sidecar.get().isAlive()) {
            sidecar = Optional.empty();
            backoff.ended(now);
        }
        if (sidecar.isPresent() && !running.equals(written.map(SidecarConfig::staticSection))) {
            close();
        }
        if (sidecar.isEmpty() && written.isPresent() && backoff.allows(now)) {
            running = written.map(SidecarConfig::staticSection);
            sidecar = Optional.of(start());
            backoff.started(now);
        }
        status = result.plan()
                .map(plan -> PolicyStatus.next(status, generation, plan, result.warnings(), observed(plan), now))
                .orElseGet(() -> PolicyStatus.rejected(status, generation, result, now));
    }

    AccessPolicy withStatus() {
        AccessPolicy shown = new AccessPolicy();
        shown.setMetadata(resource.getMetadata());
        shown.getMetadata().setGeneration(generation);
        shown.getMetadata().setCreationTimestamp(created.toString());
        shown.setSpec(resource.getSpec());
        shown.setStatus(status);
        return shown;
    }

    AccessPolicyStatus status() {
        return status;
    }

    /** What the sidecar logged last. */
    String lastLogLine() {
        return directory.read(folder() + "/sidecar.log").orElse("").lines().reduce("", (before, line) -> line);
    }

    /** Where requests go in. */
    Endpoint inbound() {
        return new Endpoint(Ports.HOST, ports.of(resource.getSpec().ports().get(0)));
    }

    Optional<Long> pid() {
        return sidecar.map(ManagedProcess::pid);
    }

    @Override
    public void close() {
        sidecar.ifPresent(ManagedProcess::close);
        sidecar = Optional.empty();
    }

    private PolicyStatus.ObservedPolicy observed(PolicyPlan plan) {
        List<LocalRole> used = plan.roles().values().stream().map(roles).toList();
        return new PolicyStatus.ObservedPolicy(
                used.stream().allMatch(LocalRole::isReady),
                used.stream()
                        .allMatch(role -> Conditions.isTrue(role.status().conditions(), ConditionType.ACL_APPLIED)),
                List.of());
    }

    /** Writes what the pod would mount; a rejected policy leaves the last good files. */
    private void apply() {
        result.plan().ifPresent(plan -> {
            for (HasMetadata object :
                    DesiredResources.of(plan, role -> roles.apply(role).credentials())) {
                if (object instanceof Secret secret) {
                    secret.getData()
                            .forEach((key, value) -> directory.write(
                                    folder() + "/credentials/" + key,
                                    new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8)));
                }
            }
            jwks.ifPresent(file -> directory.write(jwksPath(file), file.content()));
            SidecarConfig config = here(plan);
            directory.write(folder() + "/" + ContractPaths.CONFIG_KEY, codec.write(config));
            written = Optional.of(config);
        });
    }

    /** The planned configuration with this machine's addresses and paths. */
    private SidecarConfig here(PolicyPlan plan) {
        StaticSection planned = plan.config().staticSection();
        Map<StoreName, StaticSection.Store> stores = new EnumMap<>(StoreName.class);
        planned.stores()
                .forEach((name, store) -> stores.put(
                        name,
                        new StaticSection.Store(
                                store.role(),
                                new Endpoint(
                                        Ports.HOST, ports.of(store.address().port())),
                                store.database(),
                                store.username(),
                                credential(ContractPaths.passwordKey(name)))));
        return new SidecarConfig(
                plan.config().version(),
                new StaticSection(
                        inbound(),
                        upstream,
                        new Endpoint(Ports.HOST, ports.probes()),
                        new Endpoint(Ports.HOST, ports.admin()),
                        stores,
                        credential(ContractPaths.IDENTIFIER_KEY),
                        planned.storeTimeout(),
                        planned.upstreamTimeout(),
                        true,
                        planned.opaque(),
                        planned.savings()),
                here(plan.config().policy()));
    }

    /** No API server counts the edits here, and the issuer's keys are where this machine has them. */
    private PolicySection here(PolicySection planned) {
        return planned.with(generation, here(planned.session()));
    }

    private PolicySection.Session here(PolicySection.Session planned) {
        if (jwks.isEmpty() || !(planned.jwt() instanceof Jwt.Verified verified)) {
            return planned;
        }
        Jwt.Keys keys = new Jwt.InFile(directory.path(jwksPath(jwks.get())).toString());
        return planned.withJwt(new Jwt.Verified(verified.issuer(), verified.audience(), keys, verified.statePrefix()));
    }

    private String jwksPath(JwksFile file) {
        return folder() + "/jwks/" + file.key();
    }

    private String credential(String key) {
        return directory.path(folder() + "/credentials/" + key).toString();
    }

    private String folder() {
        return "policy-" + resource.getMetadata().getNamespace() + "-"
                + resource.getMetadata().getName();
    }

    private ManagedProcess start() {
        Path config = directory.path(folder() + "/" + ContractPaths.CONFIG_KEY);
        try {
            return ManagedProcess.start(
                    program.command(List.of()),
                    Map.of("REDISROLES_CONFIG", config.toString()),
                    directory.path(folder() + "/sidecar.log"));
        } catch (IOException e) {
            throw new CliException("the sidecar cannot be started: " + e.getMessage(), e);
        }
    }
}
