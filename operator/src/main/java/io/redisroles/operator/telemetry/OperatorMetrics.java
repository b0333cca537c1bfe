package io.redisroles.operator.telemetry;

import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.monitoring.micrometer.MicrometerMetrics;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.redisroles.operator.redis.Observation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the operator counts, and the operator framework with it. Labels come from enums, class names, namespaces and the names of
 * roles that are there, so their number does not grow with time. Safe for all threads.
 */
public final class OperatorMetrics {
    private static final double[] BUCKETS_NANOS = Stream.of(10, 50, 100, 250, 1_000, 2_500, 10_000)
            .mapToDouble(millis -> Duration.ofMillis(millis).toNanos())
            .toArray();

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final AtomicInteger leader = new AtomicInteger();
    private final MultiGauge resources;
    private final MultiGauge untilFull;
    private final MultiGauge limits;
    private final MultiGauge files;
    private volatile Supplier<List<ResourceCondition>> conditions = List::of;
    private volatile Supplier<List<RoleLoad>> loads = List::of;

    public OperatorMetrics() {
        registry.config()
                // A count of tries: with retries that never end it would have no bound.
                .meterFilter(MeterFilter.ignoreTags("reconciliations.retries.number", "reconciliations.retries.last"))
                .meterFilter(new FewBuckets());
        Gauge.builder("redisroles_operator_leader", leader, AtomicInteger::get)
                .description("1 while this process reconciles, 0 while it waits for the lease")
                .register(registry);
        resources = MultiGauge.builder("redisroles_operator_resources")
                .description("resources that have a condition with this status, by namespace")
                .register(registry);
        untilFull = ofRoles(
                "redisroles_role_seconds_until_full",
                "when maxmemory is reached at the pace of the last hour; absent if it is not foreseen");
        limits = ofRoles(
                "redisroles_role_recommended_container_limit_bytes",
                "the container limit that the copies of the last rewrite need");
        files = ofRoles("redisroles_role_aof_bytes", "size of the append-only file");
        new JvmMemoryMetrics().bindTo(registry);
    }

    /** For the operator framework: what it reconciles, how often it fails, what waits. */
    public Metrics ofFramework() {
        return MicrometerMetrics.withoutPerResourceMetrics(registry);
    }

    /** Whether this process reconciles. */
    public void leads(boolean leading) {
        leader.set(leading ? 1 : 0);
    }

    /** Where each scrape asks for the conditions of all resources. */
    public void conditionsFrom(Supplier<List<ResourceCondition>> source) {
        conditions = source;
    }

    /** Where each scrape asks for the load of all roles. */
    public void loadsFrom(Supplier<List<RoleLoad>> source) {
        loads = source;
    }

    /** The same question, timed and counted by its outcome. */
    public <Q> Function<Q, CompletionStage<Observation>> timed(Function<Q, CompletionStage<Observation>> ask) {
        return question -> {
            Timer.Sample sample = Timer.start(registry);
            return ask.apply(question)
                    .whenComplete(
                            (answer, failure) -> sample.stop(calls(failure == null ? outcome(answer) : "failed")));
        };
    }

    /** One answer of a webhook, timed and counted by what it was. */
    public void reviewed(String webhook, String outcome, Duration taken) {
        Timer.builder("redisroles_operator_admission")
                .description("reviews that the webhooks answered")
                .tag("webhook", webhook)
                .tag("outcome", outcome)
                .register(registry)
                .record(taken);
    }

    /** All of it, in Prometheus' text format. */
    public String scrape() {
        Map<ResourceCondition, Long> counts =
                conditions.get().stream().collect(Collectors.groupingBy(each -> each, Collectors.counting()));
        resources.register(
                counts.entrySet().stream()
                        .map(entry -> MultiGauge.Row.of(tags(entry.getKey()), entry.getValue()))
                        .collect(Collectors.toList()),
                true);
        List<RoleLoad> known = loads.get();
        register(untilFull, known, load -> load.untilFull().map(left -> (double) left.toSeconds()));
        register(limits, known, load -> Optional.of((double) load.containerLimit()));
        register(files, known, load -> Optional.of((double) load.aofSize()));
        return registry.scrape();
    }

    private MultiGauge ofRoles(String name, String description) {
        return MultiGauge.builder(name).description(description).register(registry);
    }

    private static void register(MultiGauge gauge, List<RoleLoad> loads, Function<RoleLoad, Optional<Double>> value) {
        gauge.register(
                loads.stream()
                        .flatMap(load -> value.apply(load).stream()
                                .map(number -> MultiGauge.Row.of(
                                        Tags.of("namespace", load.namespace(), "role", load.role()), number)))
                        .collect(Collectors.toList()),
                true);
    }

    private Timer calls(String outcome) {
        return Timer.builder("redisroles_operator_redis_calls")
                .description("questions to Redis servers")
                .tag("outcome", outcome)
                .publishPercentileHistogram()
                .register(registry);
    }

    private static String outcome(Observation answer) {
        if (answer instanceof Observation.Answered) {
            return "answered";
        }
        return answer instanceof Observation.Loading ? "loading" : "unreachable";
    }

    private static Tags tags(ResourceCondition condition) {
        return Tags.of(
                "kind", condition.kind(),
                "namespace", condition.namespace(),
                "condition", condition.type(),
                "status", condition.status());
    }

    /** The framework's timers ask for 70 buckets and percentiles that cannot be added up. */
    private static final class FewBuckets implements MeterFilter {
        @Override
        public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
            return id.getType() == Meter.Type.TIMER
                    ? DistributionStatisticConfig.builder()
                            .percentilesHistogram(false)
                            .percentiles(new double[0])
                            .serviceLevelObjectives(BUCKETS_NANOS)
                            .build()
                            .merge(config)
                    : config;
        }
    }
}
