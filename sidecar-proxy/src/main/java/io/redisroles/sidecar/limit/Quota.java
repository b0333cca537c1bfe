package io.redisroles.sidecar.limit;

import io.redisroles.contract.PolicySection.Limit;

/**
 * Where one limit stands after a decision.
 *
 * @param limit as configured
 * @param requests admitted in any window, for the subject's tier
 * @param remaining requests that are left
 * @param waitMicros until the cost fits if the limit is exceeded, else until the oldest counted request leaves
 * @param exceeded whether this limit refused
 */
public record Quota(Limit limit, long requests, long remaining, long waitMicros, boolean exceeded) {
    /** The wait in whole seconds, rounded up, so that waiting that long succeeds. */
    public long waitSeconds() {
        return (waitMicros + 999_999) / 1_000_000;
    }
}
