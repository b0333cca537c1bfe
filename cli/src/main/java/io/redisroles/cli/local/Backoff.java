package io.redisroles.cli.local;

import java.time.Duration;
import java.time.Instant;

/** When a process that ended by itself may be started again: at once, then ever later, up to 5 s. One thread. */
final class Backoff {
    private static final Duration FIRST = Duration.ofMillis(200);
    private static final Duration LAST = Duration.ofSeconds(5);
    private static final Duration GOOD_RUN = Duration.ofSeconds(10);

    private Duration next = Duration.ZERO;
    private Instant started = Instant.EPOCH;
    private Instant notBefore = Instant.EPOCH;

    void started(Instant now) {
        started = now;
    }

    void ended(Instant now) {
        next = Duration.between(started, now).compareTo(GOOD_RUN) > 0 ? Duration.ZERO : later(next);
        notBefore = now.plus(next);
    }

    boolean allows(Instant now) {
        return !now.isBefore(notBefore);
    }

    private static Duration later(Duration delay) {
        Duration doubled = delay.isZero() ? FIRST : delay.multipliedBy(2);
        return doubled.compareTo(LAST) > 0 ? LAST : doubled;
    }
}
