package io.redisroles.operator.redis;

import io.redisroles.operator.desired.LiveSettings;
import java.time.Instant;
import java.util.Optional;

/** What is remembered of one run of one server between questions. One question at a time. */
final class ServerMemory {
    private final KnownRights rights = new KnownRights();
    private volatile Optional<LiveSettings> proved = Optional.empty();

    private volatile UsageTrend trend = UsageTrend.NONE;

    /** How its memory moves, with what it uses now. */
    UsageTrend uses(Instant now, long bytes) {
        UsageTrend next = trend.with(now, bytes);
        trend = next;
        return next;
    }

    KnownRights rights() {
        return rights;
    }

    /** Whether it was read back as {@code wished}, so that a difference is somebody's doing. */
    boolean hasProved(LiveSettings wished) {
        return proved.filter(wished::equals).isPresent();
    }

    void prove(LiveSettings wished) {
        proved = Optional.of(wished);
    }
}
