package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.AccessPolicyStatus;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.operator.desired.AclFile;
import io.redisroles.operator.desired.DesiredResources;
import io.redisroles.operator.desired.RoleCredentials;
import io.redisroles.operator.plan.PlanResult;
import io.redisroles.operator.plan.PlanSettings;
import io.redisroles.operator.plan.PolicyPlan;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.plan.RolePlanner;
import io.redisroles.operator.redis.Observation;
import io.redisroles.operator.redis.RedisFacts;
import io.redisroles.operator.status.ConditionType;
import io.redisroles.operator.status.Conditions;
import io.redisroles.operator.status.PolicyStatus;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes what the sidecars of an AccessPolicy read, once the roles that it refers to have a user for it. */
public final class AccessPolicyReconciler implements Reconciler<AccessPolicy> {
    private static final Logger log = LoggerFactory.getLogger(AccessPolicyReconciler.class);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);
    private static final Duration UNTIL_ASKED = Duration.ofSeconds(1);

    private final PlanSettings settings;
    private final RedisObservations observations;
    private final StatusWriter statuses;
    private final InstantSource clock;

    AccessPolicyReconciler(
            PlanSettings settings, RedisObservations observations, StatusWriter statuses, InstantSource clock) {
        this.settings = settings;
        this.observations = observations;
        this.statuses = statuses;
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, AccessPolicy>> prepareEventSources(EventSourceContext<AccessPolicy> context) {
        return Informers.ofPolicies(context);
    }

    @Override
    public UpdateControl<AccessPolicy> reconcile(AccessPolicy policy, Context<AccessPolicy> context) {
        Caches<AccessPolicy> caches = new Caches<>(context.eventSourceRetriever());
        String namespace = policy.getMetadata().getNamespace();
        NamespacePlans plans = new NamespacePlans(
                new RolePlanner(settings), caches.list(RedisRole.class, namespace), caches.primaries(namespace));
        PlanResult<PolicyPlan> result = plans.policy(policy);
        if (result.plan().isEmpty()) {
            write(
                    policy,
                    PolicyStatus.rejected(previous(policy), generation(policy), result, clock.instant()),
                    context);
            return UpdateControl.noUpdate();
        }
        return carryOut(policy, result.plan().get(), plans, caches, context);
    }

    private UpdateControl<AccessPolicy> carryOut(
            AccessPolicy policy,
            PolicyPlan plan,
            NamespacePlans plans,
            Caches<AccessPolicy> caches,
            Context<AccessPolicy> context) {
        Map<String, RoleCredentials> credentials = new HashMap<>();
        for (RolePlan role : plan.roles().values()) {
            credentials(role, caches)
                    .ifPresent(known -> credentials.put(role.names().role(), known));
        }
        boolean complete = plan.roles().values().stream()
                .allMatch(role -> credentials.containsKey(role.names().role()));
        Applied applied = complete ? apply(policy, plan, credentials, caches, context) : Applied.NOTHING;
        if (!applied.refused().isEmpty()) {
            PlanResult<PolicyPlan> refused = PlanResult.rejected(applied.refused());
            write(
                    policy,
                    PolicyStatus.rejected(previous(policy), generation(policy), refused, clock.instant()),
                    context);
            return UpdateControl.noUpdate();
        }
        if (policy.getStatus() != null && plan.roles().values().stream().anyMatch(role -> isUnasked(role, plans))) {
            // An operator that has just started has asked nobody: until it has, what was said of the policy stands.
            return UpdateControl.<AccessPolicy>noUpdate().rescheduleAfter(UNTIL_ASKED);
        }
        PolicyStatus.ObservedPolicy observed = new PolicyStatus.ObservedPolicy(
                plan.roles().values().stream().allMatch(role -> isReady(role, plans)),
                complete && plan.roles().values().stream().allMatch(role -> isLoaded(role, credentials)),
                applied.conflicts());
        write(
                policy,
                PolicyStatus.next(previous(policy), generation(policy), plan, observed, clock.instant()),
                context);
        return applied.conflicts().isEmpty()
                ? UpdateControl.noUpdate()
                : UpdateControl.<AccessPolicy>noUpdate().rescheduleAfter(LOOK_AGAIN);
    }

    private static Applied apply(
            AccessPolicy policy,
            PolicyPlan plan,
            Map<String, RoleCredentials> credentials,
            Caches<AccessPolicy> caches,
            Context<AccessPolicy> context) {
        List<HasMetadata> desired = DesiredResources.of(plan, role -> known(role, credentials));
        Applied applied = new ResourceApplier(context.getClient(), caches, Ownership.of(policy)).apply(desired);
        if (!applied.written().isEmpty()) {
            log.atInfo()
                    .addKeyValue(LogKeys.RESOURCE, LogKeys.name(policy))
                    .addKeyValue(LogKeys.CHILDREN, applied.written())
                    .log("changed children");
        }
        return applied;
    }

    /** The role's credentials, once its own reconcile has made those of every user; passwords are never made here. */
    private static Optional<RoleCredentials> credentials(RolePlan role, Caches<AccessPolicy> caches) {
        return caches.find(Secret.class, role.namespace(), role.names().credentialsSecret())
                .filter(new Ownership(role.uid())::controls)
                .flatMap(secret -> RoleCredentials.read(role, secret));
    }

    private static RoleCredentials known(RolePlan role, Map<String, RoleCredentials> credentials) {
        return Objects.requireNonNull(credentials.get(role.names().role()));
    }

    private static boolean isReady(RolePlan role, NamespacePlans plans) {
        return plans.find(role.names().role())
                .map(RedisRole::getStatus)
                .filter(status -> Conditions.isTrue(status.conditions(), ConditionType.READY))
                .isPresent();
    }

    private boolean isUnasked(RolePlan role, NamespacePlans plans) {
        return isReady(role, plans) && observations.latest(id(role)) instanceof Observation.Unknown;
    }

    private static ResourceID id(RolePlan role) {
        return new ResourceID(role.names().role(), role.namespace());
    }

    private boolean isLoaded(RolePlan role, Map<String, RoleCredentials> credentials) {
        String revision = AclFile.revision(role, known(role, credentials));
        return observations
                .latest(id(role))
                .facts()
                .map(RedisFacts::aclRevision)
                .filter(revision::equals)
                .isPresent();
    }

    private void write(AccessPolicy policy, AccessPolicyStatus status, Context<AccessPolicy> context) {
        if (status.equals(policy.getStatus())) {
            return;
        }
        AccessPolicy fresh = new AccessPolicy();
        fresh.setStatus(status);
        statuses.write(policy, fresh, previous(policy).conditions(), status.conditions(), context);
    }

    private static AccessPolicyStatus previous(AccessPolicy policy) {
        return Optional.ofNullable(policy.getStatus()).orElseGet(PolicyStatus::none);
    }

    private static long generation(AccessPolicy policy) {
        return Optional.ofNullable(policy.getMetadata().getGeneration()).orElse(0L);
    }
}
