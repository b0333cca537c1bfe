package io.redisroles.sidecar.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the proxy counts. Labels come from the configuration and from enums only, so their number is bounded. Safe for all
 * threads.
 */
public final class ProxyMetrics {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final SocketMetrics sockets = new SocketMetrics(registry);
    private final Map<Decision, Counter> decisions = new ConcurrentHashMap<>();
    private final AtomicInteger configValid =
            gauge("redisroles_config_valid", "1 while the last read configuration is in use");
    private final AtomicInteger connections = gauge("redisroles_connections", "open connections of clients");
    private final Counter connectionsRefused = registry.counter("redisroles_connections_refused");
    private final Counter unexpected = registry.counter("redisroles_unexpected_errors");
    private final Counter opaqueConnections = registry.counter("redisroles_opaque_connections");
    private final Map<BadInput, Counter> badInput = new EnumMap<>(BadInput.class);
    private final Map<String, Counter> upstreamFailures = new ConcurrentHashMap<>();
    private final Map<String, Counter> overflows = new ConcurrentHashMap<>();
    private final Map<String, Counter> countersLost = new ConcurrentHashMap<>();
    private final SessionMetrics sessions = new SessionMetrics(registry);
    private final Map<String, Counter> http2Ended = new ConcurrentHashMap<>();
    private final Timer decisionLatency = Timer.builder("redisroles_decision_latency")
            .description("from the head of a request to the decision to forward or refuse it")
            .serviceLevelObjectives(
                    Duration.ofNanos(50_000),
                    Duration.ofNanos(100_000),
                    Duration.ofNanos(250_000),
                    Duration.ofMillis(1),
                    Duration.ofMillis(5),
                    Duration.ofMillis(25),
                    Duration.ofMillis(100),
                    Duration.ofMillis(500))
            .register(registry);

    public ProxyMetrics() {
        for (BadInput reason : BadInput.values()) {
            badInput.put(reason, registry.counter("redisroles_input_refused", "reason", reason.label()));
        }
    }

    /** What is counted of sessions. */
    public SessionMetrics sessions() {
        return sessions;
    }

    /** What is counted of WebSockets. */
    public SocketMetrics sockets() {
        return sockets;
    }

    /** A request was decided under one limit ({@code limit} empty: no limit had a part in it). */
    public void decided(String rule, String limit, Outcome outcome, String source) {
        decisions
                .computeIfAbsent(new Decision(rule, limit, outcome, source), this::decisionCounter)
                .increment();
    }

    /** A request waited so long to be decided; nanoseconds. A paced request's wait for its turn is not in it. */
    public void decidedAfter(long nanos) {
        decisionLatency.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** What is counted of one Redis, which stores {@code uses}. */
    public StoreMetrics store(String role, List<String> uses) {
        return new StoreMetrics(registry, role, uses);
    }

    /** These limits may be asked for from now on: an alarm sees the first overflow of each only if it saw none before. */
    public void limitsInForce(List<String> limits) {
        limits.forEach(this::overflow);
    }

    /** A request of a new subject was counted under the limit's overflow subject. */
    public void newSubjectOverflowed(String limit) {
        overflow(limit).increment();
    }

    private Counter overflow(String limit) {
        return overflows.computeIfAbsent(
                limit, name -> registry.counter("redisroles_new_subjects_overflowed", "limit", name));
    }

    /** Counters of limits may have been lost in Redis; {@code reason} is one of a fixed few words. */
    public void limitCountersLost(String reason, long times) {
        countersLost
                .computeIfAbsent(reason, word -> registry.counter("redisroles_limit_counters_lost", "reason", word))
                .increment((double) times);
    }

    public void configValid(boolean valid) {
        configValid.set(valid ? 1 : 0);
    }

    public void connectionOpened() {
        connections.incrementAndGet();
    }

    public void connectionClosed() {
        connections.decrementAndGet();
    }

    public void connectionRefused() {
        connectionsRefused.increment();
    }

    /** What a client sent was refused before it was a request. */
    public void refused(BadInput reason) {
        Counter counter = badInput.get(reason);
        if (counter != null) {
            counter.increment();
        }
    }

    /** Something failed that never should; a mistake of ours. */
    public void unexpectedError() {
        unexpected.increment();
    }

    /** A connection to a port without policy was passed on. */
    public void opaqueConnection() {
        opaqueConnections.increment();
    }

    /** The app did not answer a request; {@code reason} is one of a fixed few words. */
    public void upstreamFailed(String reason) {
        upstreamFailures
                .computeIfAbsent(reason, word -> registry.counter("redisroles_upstream_failures", "reason", word))
                .increment();
    }

    /** A client's HTTP/2 connection was ended for what it sent; {@code error} is a name of RFC 9113 §7. */
    public void http2Ended(String error) {
        http2Ended
                .computeIfAbsent(error, name -> registry.counter("redisroles_http2_connections_ended", "error", name))
                .increment();
    }

    /** Everything in Prometheus' text format. */
    public String scrape() {
        return registry.scrape();
    }

    private Counter decisionCounter(Decision decision) {
        return registry.counter(
                "redisroles_decisions",
                Tags.of(
                        "rule", decision.rule,
                        "limit", decision.limit,
                        "outcome", decision.outcome.label(),
                        "source", decision.source));
    }

    private AtomicInteger gauge(String name, String description) {
        AtomicInteger value = new AtomicInteger();
        Gauge.builder(name, value, AtomicInteger::get).description(description).register(registry);
        return value;
    }

    private record Decision(String rule, String limit, Outcome outcome, String source) {}
}
