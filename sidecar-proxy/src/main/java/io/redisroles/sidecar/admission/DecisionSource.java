package io.redisroles.sidecar.admission;

import java.util.Locale;

/** Where a decision came from, as answers and metrics tell it. */
public enum DecisionSource {
    /** Nothing had to be decided by anybody. */
    NONE,
    /** Redis. */
    REDIS,
    /** What Redis said before and is still true. */
    CACHE,
    /** What was debited in Redis ahead of time. */
    LEASE,
    /** This sidecar, without Redis. */
    LOCAL;

    private final String label = name().toLowerCase(Locale.ROOT);

    public String label() {
        return label;
    }
}
