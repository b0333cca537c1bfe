package io.redisroles.sidecar.redis;

import java.time.Duration;

/**
 * How long a reply is waited for. At most the configured time; down to a tenth of it where Redis has lately answered much
 * faster, so that one that falls silent holds nothing up for long, and one on a busy machine is not given up too soon. One
 * thread.
 */
final class Patience {
    /** How much slower than the slowest reply of late one may be. */
    private static final int FACTOR = 8;
    /** So many replies tell how fast Redis is. */
    private static final int EVIDENCE = 64;

    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long FORGOTTEN_AFTER = 60 * SECOND;

    private final long longest;
    private final long shortest;
    private int seen;
    private long slowest;
    private long fadedAt;

    Patience(Duration configured) {
        longest = configured.toNanos();
        shortest = longest / 10;
    }

    /** A reply took {@code nanos}; late ones count too. */
    void observe(long nanos, long now) {
        fade(now);
        slowest = Math.max(slowest, nanos);
        if (seen < EVIDENCE) {
            seen++;
        }
    }

    /** In nanoseconds. */
    long limit() {
        if (seen < EVIDENCE || slowest >= longest / FACTOR) {
            return longest;
        }
        return Math.max(shortest, FACTOR * slowest);
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
