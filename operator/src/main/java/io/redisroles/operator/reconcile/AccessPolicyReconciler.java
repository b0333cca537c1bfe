package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.AccessPolicyStatus;
import io.redisroles.api.v1alpha1.Interception;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.operator.certificate.ClientCertificate;
import io.redisroles.operator.certificate.ClientCertificates;
import io.redisroles.operator.certificate.RoleCertificate;
import io.redisroles.operator.desired.AclFile;
import io.redisroles.operator.desired.DesiredResources;
import io.redisroles.operator.desired.PolicyNetworkRules;
import io.redisroles.operator.desired.RoleCredentials;
import io.redisroles.operator.desired.StoreTrust;
import io.redisroles.operator.injection.PodCensus;
import io.redisroles.operator.plan.NamespacePlans;
import io.redisroles.operator.plan.PlanResult;
import io.redisroles.operator.plan.PlanSettings;
import io.redisroles.operator.plan.PolicyPlan;
import io.redisroles.operator.plan.PolicyTarget;
import io.redisroles.operator.plan.Problem;
import io.redisroles.operator.plan.RoleNames;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.plan.RolePlanner;
import io.redisroles.operator.redis.Observation;
import io.redisroles.operator.redis.RedisFacts;
import io.redisroles.operator.status.ConditionType;
import io.redisroles.operator.status.Conditions;
import io.redisroles.operator.status.PolicyStatus;
import io.redisroles.operator.status.PolicyStatus.ObservedPods;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes what the sidecars of an AccessPolicy read, once the roles that it refers to have a user for it. */
public final class AccessPolicyReconciler implements Reconciler<AccessPolicy> {
    private static final Logger log = LoggerFactory.getLogger(AccessPolicyReconciler.class);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);
    /** Pods that slipped past the webhook are no event. */
    private static final Duration LOOK_FOR_PODS = Duration.ofSeconds(30);

    private static final Duration UNTIL_ASKED = Duration.ofSeconds(1);

    private final PlanSettings settings;
    private final RedisObservations observations;
    private final StatusWriter statuses;
    private final Duty duty;
    private final SimpleInboundEventSource<AccessPolicy> moves;
    private final InstantSource clock;
    private final Optional<PolicyPods> pods;
    private final PodReplacement replacement;

    /**
     * @param moves wakes the policies of namespaces that change hands
     * @param pods the pods with sidecars; empty if none are injected
     * @param replacement of pods without
     */
    AccessPolicyReconciler(
            PlanSettings settings,
            RedisObservations observations,
            StatusWriter statuses,
            Duty duty,
            SimpleInboundEventSource<AccessPolicy> moves,
            InstantSource clock,
            Optional<PolicyPods> pods,
            PodReplacement replacement) {
        this.pods = pods;
        this.replacement = replacement;
        this.settings = settings;
        this.observations = observations;
        this.statuses = statuses;
        this.duty = duty;
        this.moves = moves;
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, AccessPolicy>> prepareEventSources(EventSourceContext<AccessPolicy> context) {
        return Stream.concat(Informers.ofPolicies(context, duty).stream(), Stream.of(moves))
                .toList();
    }

    @Override
    public UpdateControl<AccessPolicy> reconcile(AccessPolicy policy, Context<AccessPolicy> context) {
        if (!duty.covers(policy)) {
            return UpdateControl.noUpdate();
        }
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
        return carryOut(policy, result.plan().get(), result.warnings(), plans, caches, context);
    }

    @Override
    public ErrorStatusUpdateControl<AccessPolicy> updateErrorStatus(
            AccessPolicy policy, Context<AccessPolicy> context, Exception failure) {
        Forbidden.of(failure)
                .ifPresent(why -> Forbidden.told(() -> write(
                        policy,
                        PolicyStatus.forbidden(previous(policy), generation(policy), why, clock.instant()),
                        context)));
        return ErrorStatusUpdateControl.defaultErrorProcessing();
    }

    private UpdateControl<AccessPolicy> carryOut(
            AccessPolicy policy,
            PolicyPlan plan,
            List<Problem> warnings,
            NamespacePlans plans,
            Caches<AccessPolicy> caches,
            Context<AccessPolicy> context) {
        Map<String, RoleCredentials> credentials = new HashMap<>();
        for (RolePlan role : plan.roles().values()) {
            credentials(role, caches)
                    .ifPresent(known -> credentials.put(role.names().role(), known));
        }
        Map<String, StoreTrust> trusts = new HashMap<>();
        for (RolePlan role : plan.roles().values()) {
            trust(role, RoleNames.policyUser(plan.name()), caches)
                    .ifPresent(known -> trusts.put(role.names().role(), known));
        }
        boolean complete = plan.roles().values().stream()
                .allMatch(role -> credentials.containsKey(role.names().role())
                        && (role.tls().isEmpty()
                                || trusts.containsKey(role.names().role())));
        Applied applied = complete ? apply(policy, plan, credentials, trusts, caches, context) : Applied.NOTHING;
        if (!applied.refused().isEmpty()) {
            PlanResult<PolicyPlan> refused = PlanResult.rejected(applied.refused());
            write(
                    policy,
                    PolicyStatus.rejected(previous(policy), generation(policy), refused, clock.instant()),
                    context);
            return UpdateControl.noUpdate();
        }
        Optional<ObservedPods> observedPods =
                pods.flatMap(known -> look(known, policy, plan, plans, caches, context.getClient()));
        if (policy.getStatus() != null && plan.roles().values().stream().anyMatch(role -> isUnasked(role, plans))) {
            // An operator that has just started has asked nobody: until it has, what was said of the policy stands.
            return UpdateControl.<AccessPolicy>noUpdate().rescheduleAfter(UNTIL_ASKED);
        }
        PolicyStatus.ObservedPolicy observed = new PolicyStatus.ObservedPolicy(
                plan.roles().values().stream().allMatch(role -> isReady(role, plans)),
                complete && plan.roles().values().stream().allMatch(role -> isLoaded(role, credentials, caches)),
                applied.conflicts(),
                observedPods);
        write(
                policy,
                PolicyStatus.next(previous(policy), generation(policy), plan, warnings, observed, clock.instant()),
                context);
        if (!applied.conflicts().isEmpty()
                || observedPods.filter(AccessPolicyReconciler::isWaiting).isPresent()) {
            return UpdateControl.<AccessPolicy>noUpdate().rescheduleAfter(LOOK_AGAIN);
        }
        return pods.isEmpty()
                ? UpdateControl.noUpdate()
                : UpdateControl.<AccessPolicy>noUpdate().rescheduleAfter(LOOK_FOR_PODS);
    }

    /**
     * Sees to the pods: those with the sidecar hear of changes, one of those without starts anew, and their apps have no back
     * door.
     */
    private Optional<ObservedPods> look(
            PolicyPods known,
            AccessPolicy policy,
            PolicyPlan plan,
            NamespacePlans plans,
            Caches<AccessPolicy> caches,
            KubernetesClient client) {
        return plans.targets().stream()
                .filter(target -> target.name().equals(plan.name()))
                .findFirst()
                .map(target -> {
                    PodCensus census = known.census(target, plans, plan.namespace(), caches, client);
                    known.touch(target, plan.namespace(), caches, client);
                    replacement.advance(policy, census, client);
                    return new ObservedPods(census, closeBypass(known, target, policy, plan, census, caches, client));
                });
    }

    /** Returns whose NetworkPolicy is in the way, if one is. */
    private static Optional<String> closeBypass(
            PolicyPods known,
            PolicyTarget target,
            AccessPolicy policy,
            PolicyPlan plan,
            PodCensus census,
            Caches<AccessPolicy> caches,
            KubernetesClient client) {
        boolean byName = target.interception() == Interception.NAMED_PORT;
        Optional<String> foreign =
                byName ? known.foreignNetworkPolicy(target, plan.namespace(), caches, client) : Optional.empty();
        List<HasMetadata> desired =
                byName && foreign.isEmpty() && !census.ports().isEmpty()
                        ? List.of(PolicyNetworkRules.closing(plan, census.ports()))
                        : List.of();
        Ownership ownership = Ownership.of(policy);
        new ResourceApplier(client, caches, ownership).apply(desired);
        new OrphanPruner(client, caches, ownership).prune(plan.namespace(), List.of(NetworkPolicy.class), desired);
        return foreign;
    }

    private static boolean isWaiting(ObservedPods observed) {
        return !observed.census().awaited().isEmpty()
                || !observed.census().without().isEmpty();
    }

    private static Applied apply(
            AccessPolicy policy,
            PolicyPlan plan,
            Map<String, RoleCredentials> credentials,
            Map<String, StoreTrust> trusts,
            Caches<AccessPolicy> caches,
            Context<AccessPolicy> context) {
        List<HasMetadata> desired = DesiredResources.of(
                plan,
                role -> known(role, credentials),
                role -> Objects.requireNonNull(trusts.get(role.names().role())));
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

    /** Whom to believe about the role's certificate and what to show, once its own reconcile has made all that. */
    private static Optional<StoreTrust> trust(RolePlan role, String user, Caches<AccessPolicy> caches) {
        Optional<ClientCertificate> own = role.tls()
                .flatMap(tls -> kept(role, role.names().clientsSecret(), caches))
                .flatMap(content -> ClientCertificates.of(content).of(user));
        return role.tls()
                .filter(tls -> !tls.asksClients() || own.isPresent())
                .flatMap(tls -> kept(role, role.names().certificateSecret(), caches))
                .map(content -> RoleCertificate.of(content).authorities())
                .filter(pem -> !pem.isEmpty())
                .map(pem -> new StoreTrust(pem, own));
    }

    private static Optional<Map<String, String>> kept(RolePlan role, String name, Caches<AccessPolicy> caches) {
        return caches.find(Secret.class, role.namespace(), name)
                .filter(new Ownership(role.uid())::controls)
                .map(RoleCertificates::content);
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

    private boolean isLoaded(RolePlan role, Map<String, RoleCredentials> credentials, Caches<AccessPolicy> caches) {
        RolePlan guarded = PresentVolume.withholds(role, caches) ? role.withoutWrites() : role;
        String revision = AclFile.revision(guarded, known(role, credentials));
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
