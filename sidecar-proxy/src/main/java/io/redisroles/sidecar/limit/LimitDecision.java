package io.redisroles.sidecar.limit;

import java.util.List;

/**
 * One decision for all limits of a request.
 *
 * @param admitted by every limit
 * @param quotas in the order of the limits; a limit that was passed over ({@code Allow} while Redis is away) is absent
 * @param source who decided
 */
public record LimitDecision(boolean admitted, List<Quota> quotas, Source source) {
    public LimitDecision {
        quotas = List.copyOf(quotas);
    }

    /** Who decided. */
    public enum Source {
        REDIS,
        LOCAL
    }
}
