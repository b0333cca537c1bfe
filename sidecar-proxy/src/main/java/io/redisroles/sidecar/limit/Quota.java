package io.redisroles.sidecar.limit;

import io.redisroles.contract.LimitMode;
import io.redisroles.contract.PolicySection.Limit;

/**
 * Where one limit stands after a decision.
 *
 * @param terms the limit under the subject's tier
 * @param remaining what is left, in units of cost; a lower bound while leases are out
 * @param waitMicros until the cost fits, or, where it fits, until more is left (0: nothing is counted, or nobody knows)
 * @param exceeded whether the cost did not fit; under a shadow limit the request passed all the same
 */
public record Quota(Terms terms, long remaining, long waitMicros, boolean exceeded) {
    public Limit limit() {
        return terms.limit();
    }

    /** Admitted in a period, or at the same time, for the subject's tier. */
    public long requests() {
        return terms.amount().requests();
    }

    /** Whether this limit refused the request. */
    public boolean refused() {
        return exceeded && limit().mode() == LimitMode.ENFORCE;
    }

    /** The wait in whole seconds, rounded up, so that waiting that long succeeds. */
    public long waitSeconds() {
        return (waitMicros + 999_999) / 1_000_000;
    }
}
