package io.redisroles.sidecar.session;

import io.redisroles.contract.KeyNames;
import io.redisroles.sidecar.redis.RedisStore;
import io.redisroles.sidecar.redis.Script;
import io.redisroles.sidecar.telemetry.SessionMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Counts how often bearer tokens are used, for those whose record has a {@code token_id}, and writes it behind: once a second,
 * all in one call. What could not be written is given up, not written twice. Bounded. Safe for all threads.
 */
final class TokenUsage {
    static final Script SCRIPT = Script.fromResource(TokenUsage.class, "token_usage.lua");

    private static final long WRITE_NANOS = Duration.ofSeconds(1).toNanos();
    /** Redis rounds times up to a millisecond here and there: what is written ends so much before its token. */
    private static final long MARGIN_MILLIS = 10;

    private static final int TOKENS = 4096;
    private static final int WRITTEN_AT_ONCE = 200;
    /** A token that has no end: what is written of it ends when it was not used for so long. */
    private static final long OPEN_MILLIS = Duration.ofDays(30).toMillis();

    private final RedisStore store;
    private final SessionMetrics metrics;
    private final Map<String, Use> uses = new ConcurrentHashMap<>();
    private final AtomicBoolean writing = new AtomicBoolean();
    private volatile long written;

    TokenUsage(RedisStore store, SessionMetrics metrics) {
        this.store = store;
        this.metrics = metrics;
        this.written = System.nanoTime();
    }

    /** A token was shown and is valid. */
    void used(KnownSession token, long nanos) {
        String id = token.tokenId();
        if (id.isEmpty()) {
            return;
        }
        long seconds = TimeUnit.MILLISECONDS.toSeconds(token.nowMillis(nanos));
        if (uses.containsKey(id) || uses.size() < TOKENS) {
            uses.merge(id, new Use(1, seconds, token.endsMillis()), Use::and);
        } else {
            metrics.usage(1, false);
        }
    }

    void tick(long nanos) {
        if (nanos - written >= WRITE_NANOS && !uses.isEmpty() && writing.compareAndSet(false, true)) {
            written = nanos;
            write();
        }
    }

    /** Writes what is left, before the end. */
    void flush() {
        if (!uses.isEmpty()) {
            write();
        }
    }

    private void write() {
        List<String> keys = new ArrayList<>();
        List<String> arguments = new ArrayList<>();
        for (Iterator<String> ids = uses.keySet().iterator(); ids.hasNext() && keys.size() < WRITTEN_AT_ONCE; ) {
            String id = ids.next();
            Use use = uses.remove(id);
            if (use != null) {
                keys.add(KeyNames.TOKEN_META_PREFIX + id);
                arguments.add(Long.toString(use.count));
                arguments.add(Long.toString(use.lastSeconds));
                arguments.add(
                        Long.toString(Math.min(use.endsMillis - MARGIN_MILLIS, use.lastSeconds * 1000 + OPEN_MILLIS)));
            }
        }
        store.evaluate(SCRIPT, keys, arguments).whenComplete((answer, failure) -> {
            writing.set(false);
            metrics.usage(keys.size(), failure == null);
        });
    }

    /**
     * Uses that were not written yet.
     *
     * @param count how many
     * @param lastSeconds the last one, in seconds since 1970
     * @param endsMillis when the token ends, in ms since 1970
     */
    private record Use(long count, long lastSeconds, long endsMillis) {
        Use and(Use later) {
            return new Use(count + later.count, Math.max(lastSeconds, later.lastSeconds), later.endsMillis);
        }
    }
}
