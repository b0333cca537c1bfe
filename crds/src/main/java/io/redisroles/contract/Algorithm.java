package io.redisroles.contract;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Duration;

/** How a limit counts, with the settings that only this way of counting has. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Algorithm.SlidingWindow.class, name = "SlidingWindow"),
    @JsonSubTypes.Type(value = Algorithm.TokenBucket.class, name = "TokenBucket"),
    @JsonSubTypes.Type(value = Algorithm.LeakyBucket.class, name = "LeakyBucket"),
    @JsonSubTypes.Type(value = Algorithm.Concurrency.class, name = "Concurrency")
})
public sealed interface Algorithm {
    /** Until a debit made now has left: the period, or the lease of a slot. Counters live a little longer. */
    Duration horizon();

    /**
     * At most the limit in any window of the period, wherever it begins.
     *
     * @param per the window's length, 1 s to 744 h
     */
    record SlidingWindow(Duration per) implements Algorithm {
        public SlidingWindow {
            requirePer(per);
        }

        @Override
        public Duration horizon() {
            return per;
        }
    }

    /**
     * A bucket that holds the burst and fills at the limit per period (GCRA): at most burst + rate × t in any t.
     *
     * @param per in which the limit's requests flow in, 1 s to 744 h
     */
    record TokenBucket(Duration per) implements Algorithm {
        public TokenBucket {
            requirePer(per);
        }

        @Override
        public Duration horizon() {
            return per;
        }
    }

    /**
     * Requests leave at an even pace and wait for their turn.
     *
     * @param per in which the limit's requests leave, 1 s to 744 h
     * @param maxWait the longest that a request is held, 0 to 30 s; beyond it is refused
     */
    record LeakyBucket(Duration per, Duration maxWait) implements Algorithm {
        public static final Duration MAX_WAIT = Duration.ofSeconds(30);

        public LeakyBucket {
            requirePer(per);
            if (maxWait.isNegative() || maxWait.compareTo(MAX_WAIT) > 0) {
                throw new IllegalArgumentException(
                        "maxWait is " + DurationText.format(maxWait) + " (expected: 0s to 30s)");
            }
        }

        @Override
        public Duration horizon() {
            return per;
        }
    }

    /**
     * At most the limit at the same time.
     *
     * @param lease how long the slots of a sidecar that died stay taken, 3 s to 10 m
     */
    record Concurrency(Duration lease) implements Algorithm {
        public static final Duration MIN_LEASE = Duration.ofSeconds(3);
        public static final Duration MAX_LEASE = Duration.ofMinutes(10);

        public Concurrency {
            if (lease.compareTo(MIN_LEASE) < 0 || lease.compareTo(MAX_LEASE) > 0) {
                throw new IllegalArgumentException("lease is " + DurationText.format(lease) + " (expected: 3s to 10m)");
            }
        }

        @Override
        public Duration horizon() {
            return lease;
        }
    }

    private static void requirePer(Duration per) {
        if (per.compareTo(Duration.ofSeconds(1)) < 0 || per.compareTo(Duration.ofDays(31)) > 0) {
            throw new IllegalArgumentException("per is " + DurationText.format(per) + " (expected: 1s to 744h)");
        }
    }
}
