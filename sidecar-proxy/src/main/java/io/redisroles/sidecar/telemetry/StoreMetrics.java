package io.redisroles.sidecar.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What is counted of one Redis. Reasons come from a fixed set. Safe for all threads. */
public final class StoreMetrics {
    private final MeterRegistry registry;
    private final String role;
    private final List<AtomicInteger> up;
    private final AtomicInteger breakersOpen;
    private final Counter commands;
    private final Counter flushes;
    private final DistributionSummary batch;
    private final Timer latency;
    private final Map<String, Counter> failures = new ConcurrentHashMap<>();

    /**
     * Begins to count.
     *
     * @param uses what it stores
     */
    StoreMetrics(MeterRegistry registry, String role, List<String> uses) {
        this.registry = registry;
        this.role = role;
        this.up = uses.stream()
                .map(use -> registry.gauge("redisroles_redis_up", Tags.of("store", use), new AtomicInteger()))
                .toList();
        this.commands = registry.counter("redisroles_redis_commands", "role", role);
        this.flushes = registry.counter("redisroles_redis_flushes", "role", role);
        this.breakersOpen =
                registry.gauge("redisroles_redis_breakers_open", Tags.of("role", role), new AtomicInteger());
        this.batch = DistributionSummary.builder("redisroles_redis_flush_commands")
                .description("commands that left in one flush")
                .tag("role", role)
                .serviceLevelObjectives(1, 2, 4, 8, 16, 32, 64, 128)
                .register(registry);
        this.latency = Timer.builder("redisroles_redis_latency")
                .description("from flush to reply, one call at a time")
                .tag("role", role)
                .serviceLevelObjectives(
                        Duration.ofNanos(250_000),
                        Duration.ofMillis(1),
                        Duration.ofMillis(5),
                        Duration.ofMillis(25),
                        Duration.ofMillis(100),
                        Duration.ofMillis(500))
                .register(registry);
    }

    /** So many commands left in one flush. */
    public void flushed(int count) {
        commands.increment(count);
        flushes.increment();
        batch.record(count);
    }

    public void answered(long nanos) {
        latency.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** A call got no usable answer. */
    public void failed(String reason) {
        failures.computeIfAbsent(
                        reason,
                        word -> registry.counter("redisroles_redis_failures", Tags.of("role", role, "reason", word)))
                .increment();
    }

    /** On so many event loops calls are answered without Redis. */
    public void breakersOpen(int count) {
        breakersOpen.set(count);
    }

    /** Redis can be used from now on. */
    public void up() {
        up.forEach(gauge -> gauge.set(1));
        transition("up", "none");
    }

    /** It cannot. */
    public void down(String reason) {
        up.forEach(gauge -> gauge.set(0));
        transition("down", reason);
    }

    private void transition(String to, String reason) {
        registry.counter("redisroles_redis_transitions", Tags.of("role", role, "to", to, "reason", reason))
                .increment();
    }
}
