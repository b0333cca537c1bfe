package io.redisroles.sidecar.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** What is counted of WebSockets. Safe for all threads. */
public final class SocketMetrics {
    private final MeterRegistry registry;
    private final AtomicInteger open = new AtomicInteger();
    private final Counter opened;
    private final Counter messages;
    private final Counter presenceTold;
    private final Counter presenceUntold;
    private final Map<String, Counter> closed = new ConcurrentHashMap<>();

    SocketMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.opened = registry.counter("redisroles_sockets_opened");
        this.messages = registry.counter("redisroles_socket_messages");
        this.presenceTold = registry.counter("redisroles_presence_calls", "outcome", "ok");
        this.presenceUntold = registry.counter("redisroles_presence_calls", "outcome", "failed");
        Gauge.builder("redisroles_sockets", open, AtomicInteger::get)
                .description("open WebSockets")
                .register(registry);
    }

    /** WebSockets that are open now. */
    public int open() {
        return open.get();
    }

    public void opened() {
        opened.increment();
        open.incrementAndGet();
    }

    /** A WebSocket is closed; {@code reason} is one of a fixed few words. */
    public void closed(String reason) {
        open.decrementAndGet();
        closed.computeIfAbsent(reason, word -> registry.counter("redisroles_sockets_closed", "reason", word))
                .increment();
    }

    /** Messages of clients have passed to the app. */
    public void messages(int count) {
        if (count > 0) {
            messages.increment(count);
        }
    }

    /** Redis was told who is present, or could not be. */
    public void presenceTold(boolean heard) {
        (heard ? presenceTold : presenceUntold).increment();
    }
}
