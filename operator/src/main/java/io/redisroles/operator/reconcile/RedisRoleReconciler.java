package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
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
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.api.v1alpha1.RedisRoleStatus;
import io.redisroles.operator.desired.AclFile;
import io.redisroles.operator.desired.DesiredResources;
import io.redisroles.operator.desired.LiveSettings;
import io.redisroles.operator.desired.Password;
import io.redisroles.operator.desired.RedisConfigMap;
import io.redisroles.operator.desired.RoleCredentials;
import io.redisroles.operator.desired.RoleIdentity;
import io.redisroles.operator.desired.Rotation;
import io.redisroles.operator.plan.ClientDemand;
import io.redisroles.operator.plan.ImageStep;
import io.redisroles.operator.plan.MemoryPlan;
import io.redisroles.operator.plan.MemoryStep;
import io.redisroles.operator.plan.NamespacePlans;
import io.redisroles.operator.plan.PlanResult;
import io.redisroles.operator.plan.PlanSettings;
import io.redisroles.operator.plan.Problem;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.plan.RolePlanner;
import io.redisroles.operator.plan.TlsPlan;
import io.redisroles.operator.redis.Observation;
import io.redisroles.operator.redis.RedisInspector;
import io.redisroles.operator.redis.RedisLogin;
import io.redisroles.operator.redis.ServedCertificate;
import io.redisroles.operator.status.ConditionReason;
import io.redisroles.operator.status.ConditionType;
import io.redisroles.operator.status.Conditions;
import io.redisroles.operator.status.EventReason;
import io.redisroles.operator.status.Hindrance;
import io.redisroles.operator.status.ObservedRole;
import io.redisroles.operator.status.RoleStatus;
import io.redisroles.operator.status.Surroundings;
import io.redisroles.operator.status.Transitions;
import io.redisroles.operator.status.WishedCertificate;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
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

    /** Where a role cannot begin before somebody else has done his part. */
    private static final Duration LOOK_SOON = Duration.ofSeconds(3);

    private final PlanSettings settings;
    private final Supplier<Password> passwords;
    private final SecureRandom random;
    private final RedisObservations observations;
    private final SimpleInboundEventSource<RedisRole> answers;
    private final StatusWriter statuses;
    private final Duty duty;
    private final InstantSource clock;

    RedisRoleReconciler(
            PlanSettings settings,
            Supplier<Password> passwords,
            SecureRandom random,
            RedisObservations observations,
            SimpleInboundEventSource<RedisRole> answers,
            StatusWriter statuses,
            Duty duty,
            InstantSource clock) {
        this.settings = settings;
        this.passwords = passwords;
        this.random = random;
        this.observations = observations;
        this.answers = answers;
        this.statuses = statuses;
        this.duty = duty;
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, RedisRole>> prepareEventSources(EventSourceContext<RedisRole> context) {
        return Stream.concat(Informers.ofRoles(context, duty).stream(), Stream.of(answers))
                .toList();
    }

    @Override
    public UpdateControl<RedisRole> reconcile(RedisRole role, Context<RedisRole> context) {
        if (!duty.covers(role)) {
            return UpdateControl.noUpdate();
        }
        Caches<RedisRole> caches = new Caches<>(context.eventSourceRetriever());
        String namespace = role.getMetadata().getNamespace();
        NamespacePlans plans = new NamespacePlans(
                new RolePlanner(settings), caches.primaries(namespace), caches.list(AccessPolicy.class, namespace));
        PlanResult<RolePlan> result = plans.role(role);
        return result.plan()
                .map(plan -> carryOut(role, plan, result, caches, context))
                .orElseGet(() -> reject(role, result, context));
    }

    /**
     * What the API server forbids, and which right is missing or which quota is used up, is the role's news and not only the
     * log's.
     */
    @Override
    public ErrorStatusUpdateControl<RedisRole> updateErrorStatus(
            RedisRole role, Context<RedisRole> context, Exception failure) {
        Forbidden.of(failure)
                .ifPresent(why -> Forbidden.told(() -> write(
                        role, RoleStatus.forbidden(previous(role), generation(role), why, clock.instant()), context)));
        return ErrorStatusUpdateControl.defaultErrorProcessing();
    }

    private UpdateControl<RedisRole> reject(RedisRole role, PlanResult<RolePlan> result, Context<RedisRole> context) {
        write(role, RoleStatus.rejected(previous(role), generation(role), result, clock.instant()), context);
        return UpdateControl.noUpdate();
    }

    private UpdateControl<RedisRole> carryOut(
            RedisRole role,
            RolePlan wished,
            PlanResult<RolePlan> result,
            Caches<RedisRole> caches,
            Context<RedisRole> context) {
        Optional<StatefulSet> workload = caches.find(
                StatefulSet.class, wished.namespace(), wished.names().base());
        ImageStep image = ImageStep.towards(
                wished.image(),
                workload.map(RolePod::image),
                Optional.ofNullable(previous(role).redisVersion()),
                annotation(role, ImageStep.ALLOW));
        ResourceID id = ResourceID.fromResource(role);
        PresentVolume volume = PresentVolume.of(wished, caches);
        RolePlan planned = volume.guarding(
                wished.withImage(image.image()), observations.latest(id).facts());
        tellRepairs(role, id);
        ResourceApplier applier = new ResourceApplier(context.getClient(), caches, Ownership.of(role));
        Optional<ConfigMap> config = caches.find(
                ConfigMap.class, planned.namespace(), planned.names().base());
        RolePlan lasting =
                planned.takingBack(config.map(RedisConfigMap::directives).orElse(Set.of()));
        Optional<Pod> pod =
                caches.find(Pod.class, planned.namespace(), planned.names().pod());
        PresentMemory present = new PresentMemory(config, workload, pod);
        PasswordWishes wishes = new PasswordWishes(role, planned, applier);
        if (Boolean.TRUE.equals(role.getSpec().paused())) {
            return watchOnly(role, lasting, result, wishes.kept(), applier, present, volume, context);
        }
        Optional<RoleCertificates.Found> certificate =
                certificate(planned, applier, id, pod, caches, context.getClient());
        if (certificate.filter(found -> found.identity().isEmpty()).isPresent()) {
            return await(role, result, certificate.get().wished(), context);
        }
        RoleCredentials credentials = credentials(wishes, planned, id);
        MemoryStep step = MemoryStep.towards(
                lasting.memory(),
                present.with(observations.latest(id, RolePod.asItIs(pod).uid())));
        ClientDemand demand =
                demand(planned, config, certificate, observations.latest(id).served());
        RolePlan stepped = lasting.withMemory(step.now());
        RolePlan plan = demand.waits().isPresent() ? stepped.withoutAskingClients() : stepped;
        Optional<RoleIdentity> identity = certificate.flatMap(RoleCertificates.Found::identity);
        List<HasMetadata> desired = DesiredResources.of(plan, credentials, identity, settings);
        Applied applied = apply(
                desired, DesiredResources.kept(plan, credentials, identity).size(), applier);
        if (!applied.refused().isEmpty()) {
            log(role, applied.written(), "applied children, some were refused");
            return reject(role, PlanResult.rejected(applied.refused()), context);
        }
        RolePod rolePod = RolePod.of(pod, workload(desired));
        List<String> changed = new ArrayList<>(applied.written());
        if (applied.conflicts().isEmpty()) {
            changed.addAll(new OrphanPruner(context.getClient(), caches, Ownership.of(role))
                    .prune(plan.namespace(), Informers.ROLE_CHILDREN, desired));
            changed.addAll(changePod(rolePod, id, plan, identity, context.getClient()));
        }
        log(role, changed, "changed children");
        RoleWatch watch = new RoleWatch(
                plan,
                lasting.memory(),
                warned(result, applied),
                rolePod,
                Optional.of(credentials),
                Optional.of(LiveSettings.of(plan, credentials).withMaxMemory(step.live(), step.sparing())),
                image.refused()
                        .map(why -> new Hindrance(ConditionReason.IMAGE_REFUSED, why))
                        .or(() -> memoryHeld(step, rolePod))
                        .or(volume::resizing)
                        .or(() -> demand.waits().map(Hindrance::of)),
                applied.conflicts(),
                false,
                certificate,
                demand.waits().flatMap(ClientDemand.Wait::until),
                surroundings(role, pod, volume, Rotation.nextDue(credentials, plan.rotation())));
        return observe(role, watch, present, context);
    }

    /** What the role should serve; what was asked of cert-manager once, and is wished no more, is taken back. */
    private Optional<RoleCertificates.Found> certificate(
            RolePlan plan,
            ResourceApplier applier,
            ResourceID id,
            Optional<Pod> pod,
            Caches<RedisRole> caches,
            KubernetesClient client) {
        boolean requested = plan.tls()
                .map(TlsPlan::source)
                .filter(TlsPlan.FromIssuer.class::isInstance)
                .isPresent();
        if (!requested
                && caches.find(Secret.class, plan.namespace(), plan.names().requestedCertificate())
                        .isPresent()) {
            new CertificateRequest(client, applier.ownership()).withdraw(plan);
        }
        return plan.tls()
                .map(tls -> new RoleCertificates(plan, applier, client, random)
                        .find(
                                tls,
                                RoleCertificates.Present.of(observations.latest(
                                        id, RolePod.asItIs(pod).uid())),
                                clock.instant()));
    }

    private ClientDemand demand(
            RolePlan plan,
            Optional<ConfigMap> config,
            Optional<RoleCertificates.Found> certificate,
            Optional<ServedCertificate> served) {
        return ClientDemand.towards(
                plan.tls().filter(TlsPlan::asksClients).isPresent(),
                new ClientDemand.Present(
                        config.filter(RedisConfigMap::sparesClients).isPresent(),
                        certificate.flatMap(found -> found.handedOut(served))),
                clock.instant());
    }

    /** Nothing can be done before there is a certificate; what runs goes on. */
    private UpdateControl<RedisRole> await(
            RedisRole role, PlanResult<RolePlan> result, WishedCertificate wished, Context<RedisRole> context) {
        write(
                role,
                RoleStatus.withoutCertificate(
                        previous(role),
                        generation(role),
                        result,
                        wished.trouble().orElseThrow(),
                        clock.instant()),
                context);
        return UpdateControl.<RedisRole>noUpdate().rescheduleAfter(LOOK_SOON);
    }

    /** Looks and says what it sees, and changes nothing. */
    private UpdateControl<RedisRole> watchOnly(
            RedisRole role,
            RolePlan plan,
            PlanResult<RolePlan> result,
            Optional<Secret> kept,
            ResourceApplier applier,
            PresentMemory present,
            PresentVolume volume,
            Context<RedisRole> context) {
        Optional<RoleCredentials> credentials = kept.flatMap(secret -> RoleCredentials.read(plan, secret));
        RolePod pod = RolePod.asItIs(present.pod());
        RoleWatch watch = new RoleWatch(
                plan,
                plan.memory(),
                result,
                pod,
                credentials,
                credentials.map(known -> LiveSettings.of(plan, known)),
                Optional.empty(),
                List.of(),
                true,
                plan.tls().map(tls -> new RoleCertificates(plan, applier, context.getClient(), random).kept()),
                Optional.empty(),
                surroundings(role, present.pod(), volume, Optional.empty()));
        return observe(role, watch, present, context);
    }

    private static Optional<Hindrance> memoryHeld(MemoryStep step, RolePod pod) {
        return step.held()
                .filter(MemoryStep.Held::refused)
                .or(() -> pod.waitsForNode().map(why -> new MemoryStep.Held(false, why)))
                .or(step::held)
                .map(Hindrance::of);
    }

    private static Surroundings surroundings(
            RedisRole role, Optional<Pod> pod, PresentVolume volume, Optional<Instant> nextRotation) {
        return new Surroundings(
                annotation(role, ImageStep.ALLOW),
                pod.map(RolePod::image),
                pod.flatMap(RolePod::exit),
                volume.size(),
                volume.withheld(),
                nextRotation);
    }

    private static String annotation(RedisRole role, String name) {
        return Optional.ofNullable(role.getMetadata().getAnnotations())
                .map((Map<String, String> annotations) -> annotations.get(name))
                .orElse("");
    }

    /** The credentials as they are to be now: what is kept, completed, and one step further if they rotate. */
    private RoleCredentials credentials(PasswordWishes wishes, RolePlan plan, ResourceID id) {
        Optional<Secret> kept = wishes.kept();
        Map<String, Password> elsewhere = new TreeMap<>();
        if (kept.flatMap(secret -> RoleCredentials.read(plan, secret)).isEmpty()) {
            elsewhere.putAll(wishes.inUse());
            observations
                    .login(id)
                    .ifPresent(login ->
                            elsewhere.put(login.username(), login.passwords().get(0)));
        }
        RoleCredentials before = RoleCredentials.complete(plan, kept, elsewhere, passwords);
        boolean loaded = observations.hasProved(id, AclFile.revision(plan, before));
        boolean created = kept.isEmpty() && elsewhere.isEmpty();
        Rotation.Request request = wishes.request(
                before,
                user -> kept.filter(secret -> RoleCredentials.has(secret, user)).isPresent(),
                loaded,
                created);
        return Rotation.next(before, request, passwords, clock.instant());
    }

    /** Replaces or resizes the pod where it must be; one that lets the operator in no more is replaced too. */
    private List<String> changePod(
            RolePod pod, ResourceID id, RolePlan plan, Optional<RoleIdentity> identity, KubernetesClient client) {
        Observation latest = observations.latest(id, pod.uid());
        boolean lockedOut = isLockedOut(latest);
        boolean touched = pod.replaceIfOutdated(client)
                || (lockedOut && pod.replace(client))
                || pod.resizeIfOutdated(client) != RolePod.Resize.NONE;
        identity.map(known -> known.certificate().fingerprint())
                .filter(wished -> latest.served()
                        .filter(served -> !served.fingerprint().equals(wished))
                        .isPresent())
                .ifPresent(wished -> pod.touch(wished, client));
        return touched ? List.of("Pod/" + plan.names().pod()) : List.of();
    }

    /** Only another start lets the operator in again. */
    private static boolean isLockedOut(Observation latest) {
        return latest instanceof Observation.LockedOut || latest instanceof Observation.Untrusted;
    }

    private void tellRepairs(RedisRole role, ResourceID id) {
        List<String> repaired = observations.takeRepairs(id);
        if (!repaired.isEmpty()) {
            statuses.tell(
                    role,
                    new Transitions.RoleEvent(
                            true,
                            EventReason.DRIFT_REPAIRED.text(),
                            "changed inside Redis and set again: " + String.join("; ", repaired)));
        }
    }

    /** Without the Secrets that keep passwords and keys nothing else may be made: every reconcile would invent others. */
    private static Applied apply(List<HasMetadata> desired, int secrets, ResourceApplier applier) {
        Applied secret = applier.apply(desired.subList(0, secrets));
        boolean kept = secret.conflicts().isEmpty() && secret.refused().isEmpty();
        return kept ? secret.and(applier.apply(desired.subList(secrets, desired.size()))) : secret;
    }

    /** What a reconcile looks at after it has done its part; see {@link ObservedRole}. */
    private record RoleWatch(
            RolePlan plan,
            MemoryPlan memory,
            PlanResult<RolePlan> result,
            RolePod pod,
            Optional<RoleCredentials> credentials,
            Optional<LiveSettings> wished,
            Optional<Hindrance> held,
            List<String> conflicts,
            boolean paused,
            Optional<RoleCertificates.Found> certificate,
            Optional<Instant> demandsCertificates,
            Surroundings around) {
        Optional<RedisObservations.Target> target() {
            return pod.address()
                    .flatMap(ip -> wished.map(settings -> new RedisObservations.Target(
                            pod.uid(),
                            new RedisInspector.Question(
                                    RedisLogin.ofOperator(
                                            credentials.orElseThrow(),
                                            ip,
                                            RolePlan.CONTAINER_PORT,
                                            certificate.flatMap(RoleCertificates.Found::tls)),
                                    settings,
                                    !paused,
                                    volume()))));
        }

        private Optional<RedisInspector.Volume> volume() {
            return around.volume()
                    .map(size -> new RedisInspector.Volume(
                            size, pod.node(), plan.memory().rewriteFloor()));
        }

        String revision() {
            return wished.map(LiveSettings::revision).orElse("");
        }

        /** Whether {@code answer} lets a rotation go on. */
        boolean turnsPasswords(Observation answer) {
            return credentials.filter(Rotation::isUnderWay).isPresent()
                    && answer.facts()
                            .filter(facts -> facts.aclRevision().equals(revision()))
                            .isPresent();
        }

        ObservedRole seen(Observation answer) {
            return new ObservedRole(
                    pod.isReady(),
                    pod.isRestarting(),
                    answer,
                    revision(),
                    conflicts,
                    held,
                    paused,
                    certificate.map(RoleCertificates.Found::wished),
                    around);
        }
    }

    private UpdateControl<RedisRole> observe(
            RedisRole role, RoleWatch watch, PresentMemory present, Context<RedisRole> context) {
        ResourceID id = ResourceID.fromResource(role);
        Optional<RedisObservations.Target> target = watch.target();
        Observation latest = observations.latest(id, target);
        Function<Observation, RedisRoleStatus> status = answer -> RoleStatus.next(
                previous(role), generation(role), watch.plan(), watch.result(), watch.seen(answer), clock.instant());
        // An operator that has just started has asked nobody: until it has, what was said of a ready pod stands.
        boolean stands = latest instanceof Observation.Unknown && watch.pod().isReady() && role.getStatus() != null;
        RedisRoleStatus now = stands ? previous(role) : status.apply(latest);
        write(role, now, context);
        MemoryStep step = MemoryStep.towards(watch.memory(), present.with(latest));
        observations.watch(
                id,
                new RedisObservations.Interest(
                        target,
                        Conditions.isTrue(now.conditions(), ConditionType.READY),
                        () -> context.getPrimaryCache().get(id).isPresent()
                                && duty.isIn(watch.plan().namespace()),
                        answer -> !now.equals(status.apply(answer))
                                || isLockedOut(answer)
                                || watch.turnsPasswords(answer)
                                || !step.equals(MemoryStep.towards(watch.memory(), present.with(answer)))));
        return lookAgain(watch)
                .map(delay -> UpdateControl.<RedisRole>noUpdate().rescheduleAfter(delay))
                .orElseGet(UpdateControl::noUpdate);
    }

    private Duration until(Instant time) {
        Duration left = Duration.between(clock.instant(), time).plusSeconds(1);
        return left.isNegative() ? Duration.ofSeconds(1) : left;
    }

    private Optional<Duration> lookAgain(RoleWatch watch) {
        Stream<Duration> conflict = watch.conflicts().isEmpty() ? Stream.of() : Stream.of(LOOK_AGAIN);
        Stream<Duration> end =
                watch.credentials().flatMap(Rotation::nextEnd).stream().map(this::until);
        Stream<Duration> demand = watch.demandsCertificates().stream().map(this::until);
        Stream<Duration> due = watch.around().nextRotation().stream().map(this::until);
        // Somebody else's Secret has no label of ours.
        Stream<Duration> source = watch.plan().tls().stream()
                .filter(tls -> !(tls.source() instanceof TlsPlan.Managed))
                .map(tls -> LOOK_AGAIN);
        return Stream.of(conflict, end, demand, due, source)
                .flatMap(part -> part)
                .min(Duration::compareTo);
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
