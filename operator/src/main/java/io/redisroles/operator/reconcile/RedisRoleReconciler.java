package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.api.v1alpha1.RedisRoleStatus;
import io.redisroles.operator.desired.AclFile;
import io.redisroles.operator.desired.DesiredResources;
import io.redisroles.operator.desired.Password;
import io.redisroles.operator.desired.RoleCredentials;
import io.redisroles.operator.plan.PlanResult;
import io.redisroles.operator.plan.PlanSettings;
import io.redisroles.operator.plan.Problem;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.plan.RolePlanner;
import io.redisroles.operator.redis.Observation;
import io.redisroles.operator.redis.RedisLogin;
import io.redisroles.operator.status.ConditionType;
import io.redisroles.operator.status.Conditions;
import io.redisroles.operator.status.ObservedRole;
import io.redisroles.operator.status.RoleStatus;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the cluster as a RedisRole says: plan, credentials, desired, apply, observe, status. */
public final class RedisRoleReconciler implements Reconciler<RedisRole> {
    private static final Logger log = LoggerFactory.getLogger(RedisRoleReconciler.class);

    /** Somebody else's objects have no label of ours, so nothing tells when they go. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);

    private final PlanSettings settings;
    private final Supplier<Password> passwords;
    private final RedisObservations observations;
    private final SimpleInboundEventSource<RedisRole> answers;
    private final StatusWriter statuses;
    private final InstantSource clock;

    RedisRoleReconciler(
            PlanSettings settings,
            Supplier<Password> passwords,
            RedisObservations observations,
            SimpleInboundEventSource<RedisRole> answers,
            StatusWriter statuses,
            InstantSource clock) {
        this.settings = settings;
        this.passwords = passwords;
        this.observations = observations;
        this.answers = answers;
        this.statuses = statuses;
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, RedisRole>> prepareEventSources(EventSourceContext<RedisRole> context) {
        return Stream.concat(Informers.ofRoles(context).stream(), Stream.of(answers))
                .toList();
    }

    @Override
    public UpdateControl<RedisRole> reconcile(RedisRole role, Context<RedisRole> context) {
        Caches<RedisRole> caches = new Caches<>(context.eventSourceRetriever());
        String namespace = role.getMetadata().getNamespace();
        NamespacePlans plans = new NamespacePlans(
                new RolePlanner(settings), caches.primaries(namespace), caches.list(AccessPolicy.class, namespace));
        PlanResult<RolePlan> result = plans.role(role);
        return result.plan()
                .map(plan -> carryOut(role, plan, result, caches, context))
                .orElseGet(() -> reject(role, result, context));
    }

    private UpdateControl<RedisRole> reject(RedisRole role, PlanResult<RolePlan> result, Context<RedisRole> context) {
        write(role, RoleStatus.rejected(previous(role), generation(role), result, clock.instant()), context);
        return UpdateControl.noUpdate();
    }

    private UpdateControl<RedisRole> carryOut(
            RedisRole role,
            RolePlan plan,
            PlanResult<RolePlan> result,
            Caches<RedisRole> caches,
            Context<RedisRole> context) {
        ResourceApplier applier = new ResourceApplier(context.getClient(), caches, Ownership.of(role));
        RoleCredentials credentials = RoleCredentials.complete(plan, applier.ours(credentialsSecret(plan)), passwords);
        List<HasMetadata> desired = DesiredResources.of(plan, credentials, settings);
        Applied applied = apply(desired, applier);
        if (!applied.refused().isEmpty()) {
            log(role, applied.written(), "applied children, some were refused");
            return reject(role, PlanResult.rejected(applied.refused()), context);
        }
        RolePod pod =
                RolePod.of(caches.find(Pod.class, plan.namespace(), plan.names().pod()), workload(desired));
        List<String> changed = new ArrayList<>(applied.written());
        if (applied.conflicts().isEmpty()) {
            changed.addAll(new OrphanPruner(context.getClient(), caches, Ownership.of(role))
                    .prune(plan.namespace(), Informers.ROLE_CHILDREN, desired));
            if (pod.replaceIfOutdated(context.getClient())) {
                changed.add("Pod/" + plan.names().pod());
            }
        }
        log(role, changed, "changed children");
        return observe(role, plan, warned(result, applied), credentials, applied, pod, context);
    }

    /** Without the Secret that keeps the passwords nothing else may be made: every reconcile would invent others. */
    private static Applied apply(List<HasMetadata> desired, ResourceApplier applier) {
        Applied secret = applier.apply(desired.subList(0, 1));
        boolean kept = secret.conflicts().isEmpty() && secret.refused().isEmpty();
        return kept ? secret.and(applier.apply(desired.subList(1, desired.size()))) : secret;
    }

    private UpdateControl<RedisRole> observe(
            RedisRole role,
            RolePlan plan,
            PlanResult<RolePlan> result,
            RoleCredentials credentials,
            Applied applied,
            RolePod pod,
            Context<RedisRole> context) {
        ResourceID id = ResourceID.fromResource(role);
        Optional<RedisObservations.Target> target = pod.address()
                .map(ip -> new RedisObservations.Target(
                        pod.uid(), RedisLogin.ofOperator(plan, credentials, ip, RolePlan.CONTAINER_PORT)));
        Function<Observation, ObservedRole> observed = answer -> new ObservedRole(
                pod.isReady(), pod.isRestarting(), answer, AclFile.revision(plan, credentials), applied.conflicts());
        Observation latest = observations.latest(id, target);
        Function<Observation, RedisRoleStatus> status = answer -> RoleStatus.next(
                previous(role), generation(role), plan, result, observed.apply(answer), clock.instant());
        // An operator that has just started has asked nobody: until it has, what was said of a ready pod stands.
        boolean stands = latest instanceof Observation.Unknown && pod.isReady() && role.getStatus() != null;
        RedisRoleStatus now = stands ? previous(role) : status.apply(latest);
        write(role, now, context);
        observations.watch(
                id,
                new RedisObservations.Interest(
                        target,
                        Conditions.isTrue(now.conditions(), ConditionType.READY),
                        () -> context.getPrimaryCache().get(id).isPresent(),
                        answer -> !now.equals(status.apply(answer))));
        return applied.conflicts().isEmpty()
                ? UpdateControl.noUpdate()
                : UpdateControl.<RedisRole>noUpdate().rescheduleAfter(LOOK_AGAIN);
    }

    private void write(RedisRole role, RedisRoleStatus status, Context<RedisRole> context) {
        if (status.equals(role.getStatus())) {
            return;
        }
        RedisRole fresh = new RedisRole();
        fresh.setStatus(status);
        statuses.write(role, fresh, previous(role).conditions(), status.conditions(), context);
    }

    private static PlanResult<RolePlan> warned(PlanResult<RolePlan> result, Applied applied) {
        List<Problem> warnings = Stream.concat(result.warnings().stream(), applied.warnings().stream())
                .toList();
        return result.plan().map(plan -> PlanResult.accepted(plan, warnings)).orElse(result);
    }

    private static Secret credentialsSecret(RolePlan plan) {
        return new SecretBuilder()
                .withNewMetadata()
                .withNamespace(plan.namespace())
                .withName(plan.names().credentialsSecret())
                .endMetadata()
                .build();
    }

    private static StatefulSet workload(List<HasMetadata> desired) {
        return desired.stream()
                .filter(StatefulSet.class::isInstance)
                .map(StatefulSet.class::cast)
                .findFirst()
                .orElseThrow();
    }

    private static RedisRoleStatus previous(RedisRole role) {
        return Optional.ofNullable(role.getStatus()).orElseGet(RoleStatus::none);
    }

    private static long generation(RedisRole role) {
        return Optional.ofNullable(role.getMetadata().getGeneration()).orElse(0L);
    }

    private static void log(RedisRole role, List<String> changed, String message) {
        if (!changed.isEmpty()) {
            log.atInfo()
                    .addKeyValue(LogKeys.RESOURCE, LogKeys.name(role))
                    .addKeyValue(LogKeys.CHILDREN, changed)
                    .log(message);
        }
    }
}
