package io.redisroles.sidecar.limit;

import io.redisroles.contract.Algorithm;
import io.redisroles.contract.PolicySection.Amount;

/**
 * TokenBucket and LeakyBucket as one algorithm (GCRA): what is asked takes time, one after the other, and may reach no
 * further ahead than the capacity. The time of one request is rounded up, that of the burst follows from it, so at most
 * burst + rate × t fit into any t, and a full bucket admits the whole burst.
 *
 * @param one the time of one unit
 * @param cost the time of one request
 * @param capacity how far ahead of now what is asked may reach
 */
record Pace(FineTime one, FineTime cost, FineTime capacity) {
    static Pace of(Algorithm algorithm, Amount amount, long cost) {
        FineTime one = FineTime.partOf(FineTime.micros(algorithm.horizon()), amount.requests());
        FineTime request = one.times(cost);
        if (algorithm instanceof Algorithm.LeakyBucket leaky) {
            // Its turn must come within the wait; what it takes itself lies behind that.
            return new Pace(
                    one,
                    request,
                    FineTime.ofMicros(FineTime.micros(leaky.maxWait())).plus(request));
        }
        return new Pace(one, request, one.times(amount.burst()));
    }

    /** The whole units that fit into {@code room}. */
    long units(FineTime room) {
        return room.count(one);
    }

    /** With {@code room} left: until the cost fits, or, where it fits, until one more unit does; 0 if nothing is asked. */
    long waitMicros(FineTime room) {
        if (room.compareTo(cost) < 0) {
            return cost.minus(room).ceil();
        }
        if (room.compareTo(capacity) >= 0) {
            return 0;
        }
        FineTime next = one.times(units(room) + 1);
        return (next.compareTo(capacity) < 0 ? next : capacity).minus(room).ceil();
    }

    /** How long the request that left {@code room} must wait for its turn in a leaky bucket. */
    long delayMicros(FineTime room) {
        return Math.max(capacity.minus(cost).minus(room).ceil(), 0);
    }
}
