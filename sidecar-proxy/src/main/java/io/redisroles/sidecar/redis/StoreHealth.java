package io.redisroles.sidecar.redis;

import io.redisroles.sidecar.telemetry.StoreMetrics;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether one Redis can be used: when all lanes to it can. Logs and counts each change once, and each new reason while it
 * cannot; says why single commands are refused. Safe for all threads.
 */
final class StoreHealth {
    private static final Logger LOG = LoggerFactory.getLogger(StoreHealth.class);

    private static final long SILENCE = Duration.ofMinutes(1).toNanos();

    private final RedisAddress address;
    private final StoreMetrics metrics;
    private final int lanes;

    // Guarded by this.
    private final Set<Lane> usable = new HashSet<>();
    private final Set<FailureReason> reasons = EnumSet.noneOf(FailureReason.class);

    /** When each reason was last said, by {@link System#nanoTime}. */
    private final Map<FailureReason, Long> said = new EnumMap<>(FailureReason.class);

    private volatile boolean up;
    private final CountDownLatch reached = new CountDownLatch(1);

    StoreHealth(RedisAddress address, StoreMetrics metrics, int lanes) {
        this.address = address;
        this.metrics = metrics;
        this.lanes = lanes;
    }

    boolean isUp() {
        return up;
    }

    /** Waits until it could be used once; false if that took longer. */
    boolean awaitUp(Duration limit) throws InterruptedException {
        return reached.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    synchronized void up(Lane lane) {
        if (!usable.add(lane)) {
            return;
        }
        metrics.breakersOpen(lanes - usable.size());
        if (usable.size() == lanes) {
            up = true;
            reasons.clear();
            metrics.up();
            reached.countDown();
            LOG.atInfo()
                    .addKeyValue("role", address.role())
                    .addKeyValue("at", address.endpoint())
                    .log("Redis is reachable");
        }
    }

    synchronized void down(Lane lane, FailureReason reason) {
        usable.remove(lane);
        metrics.breakersOpen(lanes - usable.size());
        if (up || reasons.isEmpty()) {
            metrics.down(reason.label());
        }
        up = false;
        if (reasons.add(reason)) {
            LOG.atWarn()
                    .addKeyValue("role", address.role())
                    .addKeyValue("at", address.endpoint())
                    .addKeyValue("reason", reason.label())
                    .log("Redis is not reachable");
        }
    }

    /** Redis is there and refused one command; said once a minute for each reason. */
    synchronized void refused(Call call, FailureReason reason) {
        long now = System.nanoTime();
        Long last = said.get(reason);
        if (last == null || now - last > SILENCE) {
            said.put(reason, now);
            LOG.atWarn()
                    .addKeyValue("role", address.role())
                    .addKeyValue("at", address.endpoint())
                    .addKeyValue("reason", reason.label())
                    .addKeyValue("command", call)
                    .log("Redis refuses a command");
        }
    }
}
