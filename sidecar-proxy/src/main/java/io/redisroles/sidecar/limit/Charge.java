package io.redisroles.sidecar.limit;

import io.redisroles.contract.PolicySection.Limit;

/**
 * What one request asks of one limit.
 *
 * @param limit as configured
 * @param key the counter of the request's subject
 * @param requests admitted in any window, for the subject's tier
 * @param liveSidecars among how many the number is divided while each decides for itself
 */
public record Charge(Limit limit, String key, long requests, int liveSidecars) {
    /** What this sidecar may admit on its own; 0 refuses. */
    long localRequests() {
        return requests / liveSidecars;
    }

    /** How wide a counter must be for the largest tier, in bytes. */
    int counterBytes() {
        long largest = limit.largestRequests();
        return largest <= 0xFF ? 1 : largest <= 0xFFFF ? 2 : 4;
    }
}
