package io.redisroles.sidecar.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the proxy counts. Labels come from the configuration and from enums only, so their number is bounded. Safe for all
 * threads.
 */
public final class ProxyMetrics {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<Decision, Counter> decisions = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> redisUp = new ConcurrentHashMap<>();
    private final AtomicInteger configValid =
            gauge("redisroles_config_valid", "1 while the last read configuration is in use");
    private final AtomicInteger connections = gauge("redisroles_connections", "open connections of clients");
    private final Counter connectionsRefused = registry.counter("redisroles_connections_refused");
    private final Counter malformed = registry.counter("redisroles_malformed_requests");
    private final Map<String, Counter> upstreamFailures = new ConcurrentHashMap<>();

    /** A request was decided under one limit ({@code limit} empty: no limit had a part in it). */
    public void decided(String rule, String limit, Outcome outcome, String source) {
        decisions
                .computeIfAbsent(new Decision(rule, limit, outcome, source), this::decisionCounter)
                .increment();
    }

    public void redisUp(String store, boolean up) {
        redisUp.computeIfAbsent(
                        store,
                        name -> registry.gauge("redisroles_redis_up", Tags.of("store", name), new AtomicInteger()))
                .set(up ? 1 : 0);
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

    public void malformedRequest() {
        malformed.increment();
    }

    /** The app did not answer a request; {@code reason} is one of a fixed few words. */
    public void upstreamFailed(String reason) {
        upstreamFailures
                .computeIfAbsent(reason, word -> registry.counter("redisroles_upstream_failures", "reason", word))
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
