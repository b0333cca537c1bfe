package io.redisroles.sidecar.limit;

import io.redisroles.contract.PolicySection.Amount;
import io.redisroles.contract.PolicySection.Limit;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What one request asks of one limit.
 *
 * @param terms the limit under the subject's tier
 * @param key the counter of the request's subject
 * @param twin the counter of the same subject under another key of the identifiers, debited with the first; empty but while
 *     that key is exchanged
 * @param liveSidecars among how many the number is divided while each decides for itself
 */
public record Charge(Terms terms, String key, Optional<String> twin, int liveSidecars) {
    /** A charge of one counter. */
    public Charge(Terms terms, String key, int liveSidecars) {
        this(terms, key, Optional.empty(), liveSidecars);
    }

    public Limit limit() {
        return terms.limit();
    }

    public Amount amount() {
        return terms.amount();
    }

    /** Admitted in a period, or at the same time, for the subject's tier. */
    public long requests() {
        return terms.amount().requests();
    }

    public long cost() {
        return terms.limit().cost();
    }

    /** Writes it for {@code holder} as the script reads it. */
    void write(ByteBuffer out, Holder holder) {
        terms.write(out, SlidingWindow.lag(key), holder);
    }

    /** Writes it for a lease. */
    void writeLease(ByteBuffer out) {
        terms.writeLease(out, SlidingWindow.lag(key));
    }
}
