package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.RegisteredController;
import io.javaoperatorsdk.operator.api.config.Cloner;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import io.javaoperatorsdk.operator.api.reconciler.Constants;
import io.javaoperatorsdk.operator.processing.Controller;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.Condition;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.operator.desired.Password;
import io.redisroles.operator.injection.InjectionSettings;
import io.redisroles.operator.leader.Leadership;
import io.redisroles.operator.plan.PlanSettings;
import io.redisroles.operator.reading.LenientReading;
import io.redisroles.operator.redis.AofRewrites;
import io.redisroles.operator.redis.RedisInspector;
import io.redisroles.operator.shard.NamespaceChoice;
import io.redisroles.operator.shard.Shard;
import io.redisroles.operator.telemetry.OperatorMetrics;
import io.redisroles.operator.telemetry.ResourceCondition;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Both controllers and what they share, from start to {@link #close}. */
public final class RunningOperator implements AutoCloseable {
    private static final Duration SLOWEST_RETRY = Duration.ofSeconds(60);
    private static final Duration FULL_ROUND = Duration.ofMinutes(2);
    private static final Duration DRAIN = Duration.ofSeconds(10);

    private final RedisInspector inspector = new RedisInspector();
    private final ScheduledExecutorService asking = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "redis-observations");
        thread.setDaemon(true);
        return thread;
    });
    private final KubernetesClient client;
    private final Optional<Leadership> leadership;
    private final Operator operator;
    private final Controller<RedisRole> roles;
    private final Shard shard;
    private final SimpleInboundEventSource<RedisRole> answers = new SimpleInboundEventSource<>("redis-answers");
    private final SimpleInboundEventSource<AccessPolicy> moves = new SimpleInboundEventSource<>("namespace-moves");
    /** Namespaces that changed hands while caches were filled; its monitor guards {@link #started}. */
    private final Set<String> early = new HashSet<>();

    private boolean started;
    private final Controller<AccessPolicy> policies;

    /**
     * @param client with {@link LenientReading#serialization}; not closed with the operator
     * @param plan what planning needs to know
     * @param namespaces that are looked after
     * @param threads how many resources are reconciled at once
     * @param leadership empty if no other process reconciles the same
     * @param injection how sidecars are injected; empty if they are not
     * @param metrics what is counted
     */
    public RunningOperator(
            KubernetesClient client,
            PlanSettings plan,
            NamespaceChoice namespaces,
            int threads,
            Optional<Leadership> leadership,
            Optional<InjectionSettings> injection,
            OperatorMetrics metrics) {
        this(client, plan, namespaces, threads, leadership, injection, metrics, InstantSource.system(), Shard.LOOK);
    }

    /**
     * As above.
     *
     * @param clock by which passwords age
     * @param look between two looks at the other releases
     */
    RunningOperator(
            KubernetesClient client,
            PlanSettings plan,
            NamespaceChoice namespaces,
            int threads,
            Optional<Leadership> leadership,
            Optional<InjectionSettings> injection,
            OperatorMetrics metrics,
            InstantSource clock,
            Duration look) {
        this.client = client;
        this.leadership = leadership;
        SecureRandom random = new SecureRandom();
        this.shard = new Shard(client, namespaces, plan.operatorNamespace(), this::moved, look);
        RedisObservations observations = new RedisObservations(
                new AofRewrites(metrics.timed(inspector::inspect), inspector::rewriteAof, clock),
                answers::propagateEvent,
                asking,
                random);
        EventRecorder events = new EventRecorder(client, clock);
        StatusWriter statuses = new StatusWriter(events);
        Duty duty = new Duty(shard, statuses);
        this.operator = new Operator(settings -> {
            settings.withKubernetesClient(client)
                    .withCloseClientOnStop(false)
                    .withResourceCloner(copying(client))
                    .withConcurrentReconciliationThreads(threads)
                    .withReconciliationTerminationTimeout(DRAIN)
                    .withMetrics(metrics.ofFramework())
                    .withUseSSAToPatchPrimaryResource(true);
            leadership.ifPresent(held -> settings.withLeaderElectionConfiguration(held.configuration(metrics)));
        });
        metrics.leads(leadership.isEmpty());
        metrics.conditionsFrom(this::conditions);
        metrics.loadsFrom(observations::loads);
        this.roles = registered(operator.register(
                new RedisRoleReconciler(
                        plan, () -> Password.random(random), random, observations, answers, statuses, duty, clock),
                settings -> {
                    configure(settings, namespaces);
                    // A request to rotate passwords is an annotation, which changes no generation.
                    settings.withGenerationAware(false)
                            .withOnUpdateFilter((now, before) -> isChosen(now) && asksForSomething(now, before));
                }));
        this.policies = registered(operator.register(
                new AccessPolicyReconciler(
                        plan,
                        observations,
                        statuses,
                        duty,
                        moves,
                        clock,
                        injection.map(PolicyPods::new),
                        new PodReplacement(events, clock)),
                settings -> {
                    configure(settings, namespaces);
                    settings.withOnUpdateFilter((now, before) -> isChosen(now));
                }));
    }

    /**
     * Returns when all caches are filled. What that and each full round took for a moment is given back: the heap's old part is
     * collected else only when it has grown to its limit, because a steady operator allocates so little.
     */
    public void start() {
        shard.start();
        operator.start();
        List<String> missed;
        synchronized (early) {
            started = true;
            missed = List.copyOf(early);
            early.clear();
        }
        missed.forEach(this::moved);
        var unused = asking.scheduleWithFixedDelay(System::gc, 0, FULL_ROUND.toSeconds(), TimeUnit.SECONDS);
    }

    /** Whether it reconciles what is in {@code namespace}. */
    boolean looksAfter(String namespace) {
        return shard.looksAfter(namespace);
    }

    /** Whether it runs and every watch is alive. */
    public boolean isHealthy() {
        return operator.getRuntimeInfo().isStarted()
                && operator.getRuntimeInfo().allEventSourcesAreHealthy()
                && shard.isHealthy();
    }

    @Override
    public void close() {
        operator.stop();
        leadership.ifPresent(held -> held.release(client));
        shard.close();
        asking.shutdownNow();
        inspector.close();
    }

    /** Wakes what is in a namespace that changed hands. The framework wakes only what it was allowed to hear of when it came. */
    private void moved(String namespace) {
        synchronized (early) {
            if (!started) {
                early.add(namespace);
                return;
            }
        }
        known(roles)
                .filter(role -> isIn(namespace, role))
                .map(ResourceID::fromResource)
                .forEach(answers::propagateEvent);
        known(policies)
                .filter(policy -> isIn(namespace, policy))
                .map(ResourceID::fromResource)
                .forEach(moves::propagateEvent);
    }

    private static boolean isIn(String namespace, HasMetadata resource) {
        return namespace.equals(resource.getMetadata().getNamespace());
    }

    private boolean isChosen(HasMetadata resource) {
        return shard.isChosen(resource.getMetadata().getNamespace());
    }

    private static boolean asksForSomething(RedisRole now, RedisRole before) {
        return !Objects.equals(
                        now.getMetadata().getGeneration(), before.getMetadata().getGeneration())
                || !Objects.equals(
                        now.getMetadata().getAnnotations(), before.getMetadata().getAnnotations())
                || now.isMarkedForDeletion() != before.isMarkedForDeletion();
    }

    private List<ResourceCondition> conditions() {
        if (!operator.getRuntimeInfo().isStarted()) {
            return List.of();
        }
        Stream<ResourceCondition> ofRoles = known(roles)
                .filter(role -> looksAfter(role.getMetadata().getNamespace()))
                .flatMap(role -> Optional.ofNullable(role.getStatus()).stream()
                        .flatMap(status -> described(role, status.conditions())));
        Stream<ResourceCondition> ofPolicies = known(policies)
                .filter(policy -> looksAfter(policy.getMetadata().getNamespace()))
                .flatMap(policy -> Optional.ofNullable(policy.getStatus()).stream()
                        .flatMap(status -> described(policy, status.conditions())));
        return Stream.concat(ofRoles, ofPolicies).toList();
    }

    private static Stream<ResourceCondition> described(HasMetadata resource, List<Condition> conditions) {
        return conditions.stream()
                .map(condition -> new ResourceCondition(
                        resource.getKind(),
                        resource.getMetadata().getNamespace(),
                        condition.type(),
                        condition.status()));
    }

    private static <R extends HasMetadata> Stream<R> known(Controller<R> controller) {
        return controller.getEventSourceManager().getControllerEventSource().list(any -> true);
    }

    private static <R extends HasMetadata> Controller<R> registered(RegisteredController<R> controller) {
        return (Controller<R>) controller;
    }

    /** JOSDK's own settings give a failing resource up after five tries, for ten hours. */
    private <R extends HasMetadata> void configure(
            ControllerConfigurationOverrider<R> settings, NamespaceChoice namespaces) {
        settings.settingNamespaces(
                        namespaces.names().isEmpty() ? Constants.WATCH_ALL_NAMESPACE_SET : namespaces.names())
                .withFieldManager(ResourceApplier.FIELD_MANAGER)
                .withReconciliationMaxInterval(FULL_ROUND)
                .withRetry(new GenericRetry()
                        .withoutMaxAttempts()
                        .setInitialInterval(Duration.ofSeconds(1))
                        .setIntervalMultiplier(2)
                        .setMaxInterval(SLOWEST_RETRY.toMillis()));
    }

    private static Cloner copying(KubernetesClient client) {
        return new Cloner() {
            @Override
            public <R extends HasMetadata> R clone(R resource) {
                return LenientReading.copy(resource, client.getKubernetesSerialization());
            }
        };
    }
}
