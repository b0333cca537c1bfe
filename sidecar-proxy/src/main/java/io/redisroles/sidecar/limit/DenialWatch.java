package io.redisroles.sidecar.limit;

import io.redisroles.sidecar.redis.Script;
import io.redisroles.sidecar.redis.TrackingConnection;
import io.redisroles.sidecar.redis.TrackingConnection.Link;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Has Redis say when the counters of refused subjects change: a reset, a lease that comes back. A refusal that was decided
 * while its counter was watched may be believed for as long as nothing was said. The connection is made when the first
 * counter is to be watched. Safe for all threads.
 */
public final class DenialWatch implements TrackingConnection.Reader, AutoCloseable {
    /** Reads a counter without its content. */
    private static final Script SCRIPT = Script.of("return {redis.call('PTTL', KEYS[1])}");

    /** What the connection should load. */
    public static final List<Script> SCRIPTS = List.of(SCRIPT);

    private final TrackingConnection connection;
    private final LongSupplier nanoTime;
    private final int maxKeys;
    private final AtomicBoolean started = new AtomicBoolean();
    private final Map<String, Watched> watched = new ConcurrentHashMap<>();
    private volatile Denials denials = new Denials(8);

    /**
     * Watches nothing yet.
     *
     * @param connection makes the connection that tells this reader
     * @param nanoTime a monotonic clock
     * @param maxKeys watched at once
     */
    public DenialWatch(
            Function<TrackingConnection.Reader, TrackingConnection> connection, LongSupplier nanoTime, int maxKeys) {
        this.connection = connection.apply(this);
        this.nanoTime = nanoTime;
        this.maxKeys = maxKeys;
    }

    /** What is forgotten when its counter changes. */
    void serves(Denials cache) {
        denials = cache;
    }

    /** Whether every change of the counter since {@code since} is told. */
    boolean isWatched(String key, long since) {
        Watched found = watched.get(key);
        return found != null && found.isProven(since) && found.link.isLive(nanoTime.getAsLong());
    }

    /** Begins to watch a counter, if it can be. */
    void watch(String key) {
        if (started.compareAndSet(false, true)) {
            var unused = connection.start();
        }
        Link link = connection.link();
        if (link == null || watched.size() >= maxKeys) {
            return;
        }
        Watched fresh = new Watched(link);
        if (watched.putIfAbsent(key, fresh) != null) {
            return;
        }
        link.evaluate(SCRIPT, key).whenComplete((answer, failure) -> {
            if (failure == null) {
                fresh.read(nanoTime.getAsLong());
            } else {
                watched.remove(key, fresh);
            }
        });
    }

    @Override
    public void changed(String key) {
        watched.remove(key);
        denials.forget(key);
    }

    @Override
    public void changedAll() {
        watched.clear();
        denials.clear();
    }

    @Override
    public void connected() {
        // Nothing is watched over it yet.
    }

    @Override
    public void close() {
        connection.close();
    }

    private static final class Watched {
        private final Link link;
        private volatile boolean read;
        private volatile long from;

        Watched(Link link) {
            this.link = link;
        }

        void read(long at) {
            from = at;
            read = true;
        }

        boolean isProven(long since) {
            return read && since - from >= 0;
        }
    }
}
