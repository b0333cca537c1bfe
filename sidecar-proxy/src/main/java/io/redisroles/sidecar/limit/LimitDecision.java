package io.redisroles.sidecar.limit;

import java.util.List;

/**
 * One decision for all limits of a request.
 *
 * @param admitted by every enforced limit
 * @param quotas in the order of the limits; a limit that was passed over ({@code Allow} while Redis is away) is absent
 * @param delayMicros how long an admitted request must wait for its turn under LeakyBucket limits; else 0
 * @param source who decided
 * @param permit what an admitted request holds until it ends; whoever takes the decision closes it
 */
public record LimitDecision(boolean admitted, List<Quota> quotas, long delayMicros, Source source, Permit permit)
        implements Reply {
    public LimitDecision {
        quotas = List.copyOf(quotas);
    }

    /** A decision without delay that holds nothing. */
    public LimitDecision(boolean admitted, List<Quota> quotas, Source source) {
        this(admitted, quotas, 0, source, Permit.NONE);
    }

    /** Who decided. */
    public enum Source {
        /** Redis, just now. */
        REDIS,
        /** This sidecar, from what Redis said before: the subject cannot pass yet. */
        CACHE,
        /** This sidecar, from what it debited in Redis ahead of time. */
        LEASE,
        /** This sidecar, without Redis. */
        LOCAL
    }
}
