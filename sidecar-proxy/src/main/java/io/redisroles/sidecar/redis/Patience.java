package io.redisroles.sidecar.redis;

import java.time.Duration;

/**
 * How long a reply is waited for: eight times as long as the slowest of late took, at least a tenth of the configured time and
 * at most all of it. So a Redis that falls silent holds nothing up for long, and one on a busy machine is not given up too
 * soon. Until it is known how fast Redis is, it is the configured time. One thread.
 */
final class Patience {
    /** How much slower than the slowest reply of late one may be. */
    private static final int FACTOR = 8;
    /** So many replies tell how fast Redis is; the same number before them only that both sides have begun to run. */
    private static final int EVIDENCE = 32;

    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long FORGOTTEN_AFTER = 60 * SECOND;

    private final long longest;
    private final long shortest;
    private int seen;
    private long slowest;
    private long fadedAt;
    private long lastReply;

    /**
     * Nothing is known yet.
     *
     * @param configured how long a reply is waited for at most
     * @param now by the clock of all times here, in nanoseconds
     */
    Patience(Duration configured, long now) {
        longest = configured.toNanos();
        shortest = longest / 10;
        lastReply = now;
    }

    /** A reply took {@code nanos}. Late ones count too, but not those that came after an outage: that is no pace. */
    void observe(long nanos, long now) {
        fade(now);
        lastReply = now;
        if (seen < 2 * EVIDENCE) {
            seen++;
            if (seen <= EVIDENCE) {
                return;
            }
        }
        if (nanos <= longest) {
            slowest = Math.max(slowest, Math.min(nanos, longest / FACTOR));
        }
    }

    /** Whether it is known how fast Redis is. */
    boolean isKnown() {
        return seen == 2 * EVIDENCE;
    }

    /** Whether no reply came for so long, in nanoseconds. */
    boolean isOlderThan(long nanos, long now) {
        return now - lastReply > nanos;
    }

    /** In nanoseconds. */
    long limit() {
        return isKnown() ? Math.max(shortest, FACTOR * slowest) : longest;
    }

    /** A slow reply is forgotten by a sixteenth a second, and all after a minute without any. */
    private void fade(long now) {
        long elapsed = now - fadedAt;
        if (seen == 0 || elapsed > FORGOTTEN_AFTER) {
            seen = 0;
            slowest = 0;
            fadedAt = now;
            return;
        }
        for (; elapsed >= SECOND; elapsed -= SECOND) {
            slowest -= slowest / 16;
            fadedAt += SECOND;
        }
    }
}
