package io.redisroles.operator.redis;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How the memory of a server has moved within the last hour.
 *
 * @param samples the oldest first, about half a minute apart but for the last
 */
record UsageTrend(List<Sample> samples) {
    /**
     * What was used at a time.
     *
     * @param used bytes
     */
    record Sample(Instant time, long used) {}

    private static final Duration WINDOW = Duration.ofHours(1);
    private static final Duration SPACING = Duration.ofSeconds(30);
    /** Less says nothing of what comes. */
    private static final Duration SHORTEST = Duration.ofMinutes(5);

    private static final Duration LONGEST = Duration.ofDays(365);

    /** Nothing is known yet. */
    static final UsageTrend NONE = new UsageTrend(List.of());

    UsageTrend {
        samples = List.copyOf(samples);
    }

    UsageTrend with(Instant now, long used) {
        List<Sample> next = new ArrayList<>(samples);
        next.removeIf(sample ->
                sample.time().isBefore(now.minus(WINDOW)) || sample.time().isAfter(now));
        boolean tooSoon = next.size() > 1
                && next.get(next.size() - 2).time().plus(SPACING).isAfter(now);
        if (tooSoon) {
            next.remove(next.size() - 1);
        }
        next.add(new Sample(now, used));
        return new UsageTrend(next);
    }

    /** When {@code maxMemory} is reached if it goes on like this; empty if it does not grow, or not within a year. */
    Optional<Duration> untilFull(long maxMemory) {
        if (samples.size() < 2) {
            return Optional.empty();
        }
        Sample first = samples.get(0);
        Sample last = samples.get(samples.size() - 1);
        Duration span = Duration.between(first.time(), last.time());
        long growth = last.used() - first.used();
        if (span.compareTo(SHORTEST) < 0 || growth <= 0) {
            return Optional.empty();
        }
        double left = Math.max(0, maxMemory - last.used());
        double seconds = left * span.toSeconds() / growth;
        return seconds > LONGEST.toSeconds() ? Optional.empty() : Optional.of(Duration.ofSeconds((long) seconds));
    }
}
