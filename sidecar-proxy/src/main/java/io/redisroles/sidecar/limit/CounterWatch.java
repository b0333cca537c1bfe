package io.redisroles.sidecar.limit;

import io.redisroles.sidecar.redis.RedisStore;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that counters may have been lost in Redis, after which up to the limit more may pass in the windows that span the
 * loss: the process is another one than before (what it had acknowledged last may not be on its disk), it evicts keys, or its
 * clock went ahead of ours at once, so that windows ended early.
 * Asks every few seconds; told once per loss. Tasks of one at a time; any thread.
 */
public final class CounterWatch {
    private static final Logger LOG = LoggerFactory.getLogger(CounterWatch.class);
    private static final Duration PERIOD = Duration.ofSeconds(3);
    private static final String RUN_ID = "run_id:";
    private static final String EVICTED = "evicted_keys:";
    private static final String CLOCK = "server_time_usec:";
    /** More than clocks drift apart between two looks. */
    private static final long JUMP_MICROS = Duration.ofSeconds(1).toNanos() / 1000;

    private final RedisStore store;
    private final ScheduledExecutorService timer;
    private final BiConsumer<Loss, Long> onLoss;
    private final LongSupplier nanoTime;

    private String runId = "";
    /** How far Redis' clock was ahead of ours at most: as if it had been read when it was asked. */
    private long aheadMicros;

    private long evicted;
    private boolean evicting;
    private volatile boolean closed;

    /** How counters were lost. */
    public enum Loss {
        /** Redis made room for other keys. */
        EVICTED,
        /** Redis was started anew, or another one took over. */
        RESTARTED,
        /** Its clock was set forward. */
        CLOCK
    }

    /**
     * A watch that has not looked yet.
     *
     * @param nanoTime a monotonic clock
     * @param onLoss told how, and how often: keys that were evicted (not all need be counters), one new process, or one jump
     */
    public CounterWatch(
            RedisStore store, ScheduledExecutorService timer, LongSupplier nanoTime, BiConsumer<Loss, Long> onLoss) {
        this.store = store;
        this.timer = timer;
        this.nanoTime = nanoTime;
        this.onLoss = onLoss;
    }

    /** Looks now, and every few seconds. */
    public void start() {
        long sent = nanoTime.getAsLong();
        var unused = store.info().handle((info, failure) -> {
            if (failure == null) {
                observe(info, sent);
            }
            if (!closed) {
                var unusedTask = timer.schedule(this::start, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
            }
            return null;
        });
    }

    public void stop() {
        closed = true;
    }

    /** Compares what {@code INFO} says, which was asked for when {@code nanoTime} was {@code sent}, with what it said before. */
    synchronized void observe(String info, long sent) {
        String process = field(info, RUN_ID);
        String number = field(info, EVICTED);
        if (process.isEmpty() || number.isEmpty()) {
            return;
        }
        long total = Long.parseLong(number);
        boolean first = runId.isEmpty();
        boolean restarted = !first && !process.equals(runId);
        long fresh = restarted ? total : total - evicted;
        runId = process;
        evicted = total;
        if (restarted) {
            onLoss.accept(Loss.RESTARTED, 1L);
            LOG.atWarn()
                    .addKeyValue("role", store.address().role())
                    .log("Redis was started anew: the counters of its last second may be lost");
        }
        clock(field(info, CLOCK), sent, first || restarted);
        if (first) {
            return;
        }
        if (fresh > 0) {
            onLoss.accept(Loss.EVICTED, fresh);
        }
        evicting(fresh > 0);
    }

    /**
     * A reply that is late, or read late, makes no jump: it is taken for read now, and the one before for read when asked for.
     */
    private void clock(String micros, long sent, boolean another) {
        if (micros.isEmpty()) {
            return; // not Redis, which has told it since 6.0
        }
        long told = Long.parseLong(micros);
        long jump = told - nanoTime.getAsLong() / 1000 - aheadMicros;
        if (!another && jump > JUMP_MICROS) {
            onLoss.accept(Loss.CLOCK, 1L);
            LOG.atWarn()
                    .addKeyValue("role", store.address().role())
                    .addKeyValue("seconds", jump / 1_000_000)
                    .log("Redis' clock was set forward: windows ended early by as much");
        }
        aheadMicros = told - sent / 1000;
    }

    private void evicting(boolean now) {
        if (now && !evicting) {
            LOG.atWarn()
                    .addKeyValue("role", store.address().role())
                    .log("Redis evicts keys: counters may be lost, give the role more memory");
        } else if (!now && evicting) {
            LOG.atInfo().addKeyValue("role", store.address().role()).log("Redis evicts no keys any more");
        }
        evicting = now;
    }

    private static String field(String info, String name) {
        int at = info.startsWith(name) ? 0 : info.indexOf("\n" + name) + 1;
        if (at == 0 && !info.startsWith(name)) {
            return "";
        }
        int from = at + name.length();
        int end = info.indexOf('\r', from);
        end = end < 0 ? info.indexOf('\n', from) : end;
        return info.substring(from, end < 0 ? info.length() : end).strip();
    }
}
