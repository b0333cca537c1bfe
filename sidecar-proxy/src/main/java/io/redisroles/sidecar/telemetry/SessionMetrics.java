package io.redisroles.sidecar.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What is counted of sessions. Safe for all threads. */
public final class SessionMetrics {
    private final Counter known;
    private final Counter asked;
    private final Counter changed;
    private final Counter ended;
    private final Counter usageWritten;
    private final Counter usageLost;
    private final Counter keysRead;
    private final Counter keysNotRead;
    private final Timer revocationLatency;
    private final AtomicInteger watched = new AtomicInteger();

    SessionMetrics(MeterRegistry registry) {
        this.known = registry.counter("redisroles_session_lookups", "from", "cache");
        this.asked = registry.counter("redisroles_session_lookups", "from", "redis");
        this.changed = registry.counter("redisroles_session_changes");
        this.ended = registry.counter("redisroles_session_watches_ended");
        this.usageWritten = registry.counter("redisroles_token_usage_writes", "result", "written");
        this.usageLost = registry.counter("redisroles_token_usage_writes", "result", "lost");
        this.revocationLatency = Timer.builder("redisroles_revocation_latency")
                .description("from Redis' word that a session changed to the end of a connection that stood on it")
                .serviceLevelObjectives(
                        Duration.ofMillis(1),
                        Duration.ofMillis(5),
                        Duration.ofMillis(25),
                        Duration.ofMillis(100),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(1))
                .register(registry);
        this.keysRead = registry.counter("redisroles_jwks_refreshes", "result", "read");
        this.keysNotRead = registry.counter("redisroles_jwks_refreshes", "result", "failed");
        Gauge.builder("redisroles_session_watches", watched, AtomicInteger::get)
                .description("open connections whose session is watched")
                .register(registry);
    }

    /** A session was known without asking Redis. */
    public void known() {
        known.increment();
    }

    /** Redis was asked for a session. */
    public void asked() {
        asked.increment();
    }

    /** Redis said that a record changed. */
    public void changed() {
        changed.increment();
    }

    public void watchBegun() {
        watched.incrementAndGet();
    }

    public void watchOver() {
        watched.decrementAndGet();
    }

    /** The session behind an open connection ended. */
    public void watchEnded() {
        ended.increment();
    }

    /** Such a connection ended so long after Redis said that its session changed; nanoseconds. */
    public void revokedAfter(long nanos) {
        revocationLatency.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** The keys of an issuer of JWTs were read, or could not be. */
    public void keysRead(boolean read) {
        (read ? keysRead : keysNotRead).increment();
    }

    /** The use of {@code tokens} tokens was written, or given up. */
    public void usage(int tokens, boolean written) {
        (written ? usageWritten : usageLost).increment(tokens);
    }
}
