package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.Cloner;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import io.javaoperatorsdk.operator.api.reconciler.Constants;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.operator.desired.Password;
import io.redisroles.operator.plan.PlanSettings;
import io.redisroles.operator.reading.LenientReading;
import io.redisroles.operator.redis.RedisInspector;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

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
    private final Operator operator;

    /**
     * @param client with {@link LenientReading#serialization}; not closed with the operator
     * @param plan what planning needs to know
     * @param namespaces that are watched; all if empty
     * @param threads how many resources are reconciled at once
     */
    public RunningOperator(KubernetesClient client, PlanSettings plan, Set<String> namespaces, int threads) {
        InstantSource clock = InstantSource.system();
        SecureRandom random = new SecureRandom();
        SimpleInboundEventSource<RedisRole> answers = new SimpleInboundEventSource<>("redis-answers");
        RedisObservations observations =
                new RedisObservations(inspector::inspect, answers::propagateEvent, asking, random);
        StatusWriter statuses = new StatusWriter(new EventRecorder(client, clock));
        this.operator = new Operator(settings -> settings.withKubernetesClient(client)
                .withCloseClientOnStop(false)
                .withResourceCloner(copying(client))
                .withConcurrentReconciliationThreads(threads)
                .withReconciliationTerminationTimeout(DRAIN)
                .withUseSSAToPatchPrimaryResource(true));
        operator.register(
                new RedisRoleReconciler(plan, () -> Password.random(random), observations, answers, statuses, clock),
                settings -> configure(settings, namespaces));
        operator.register(
                new AccessPolicyReconciler(plan, observations, statuses, clock),
                settings -> configure(settings, namespaces));
    }

    /** Returns when all caches are filled. */
    public void start() {
        operator.start();
    }

    /** Whether it runs and every watch is alive. */
    public boolean isHealthy() {
        return operator.getRuntimeInfo().isStarted()
                && operator.getRuntimeInfo().allEventSourcesAreHealthy();
    }

    @Override
    public void close() {
        operator.stop();
        asking.shutdownNow();
        inspector.close();
    }

    /** JOSDK's own settings give a failing resource up after five tries, for ten hours. */
    private static <R extends HasMetadata> void configure(
            ControllerConfigurationOverrider<R> settings, Set<String> namespaces) {
        settings.settingNamespaces(namespaces.isEmpty() ? Constants.WATCH_ALL_NAMESPACE_SET : namespaces)
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
