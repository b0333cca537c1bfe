package io.redisroles.sidecar.limit;

import io.redisroles.contract.Algorithm;
import io.redisroles.contract.LimitMode;
import java.util.List;

/** Which limits are debited ahead of time, and by how much. Pure. */
final class LeasePolicy {
    /** Smaller limits stay exact to the request. */
    static final long LEAST_REQUESTS = 1000;

    /** A lease holds at most this part of the limit, all sidecars together. */
    private static final long SHARE_OF_LIMIT = 20;

    /** A lease for fewer requests saves nothing. */
    private static final long WORTH_REQUESTS = 4;

    private static final long SECOND_NANOS = 1_000_000_000;
    /** Some steps of the background work. */
    private static final long AHEAD_NANOS = 15_000_000;

    private LeasePolicy() {}

    /** Whether sidecars may hold leases of this limit: large enough, and its algorithm has them. */
    static boolean mayBeLeased(Charge charge) {
        if (charge.requests() < LEAST_REQUESTS || charge.limit().mode() != LimitMode.ENFORCE) {
            return false;
        }
        Algorithm algorithm = charge.limit().algorithm();
        return algorithm instanceof Algorithm.SlidingWindow || algorithm instanceof Algorithm.TokenBucket;
    }

    /** Whether a request can be decided by leases alone. */
    static boolean mayBeLeased(List<Charge> charges) {
        for (int i = 0; i < charges.size(); i++) {
            if (!mayBeLeased(charges.get(i))) {
                return false;
            }
        }
        return true;
    }

    /**
     * How many tokens are asked for: what the local rate will need and a quarter more, at most the sidecar's share of a
     * twentieth of the limit. The counter itself grants no more than a share of what is left.
     *
     * @param perSecond tokens that this sidecar spends now
     * @param lifeNanos for how long a lease holds
     */
    static long most(Charge charge, long perSecond, long lifeNanos) {
        long needed = perSecond * lifeNanos / SECOND_NANOS;
        long bound = charge.requests() / SHARE_OF_LIMIT / charge.liveSidecars();
        return Math.min(needed + needed / 4, bound);
    }

    /** The least that is worth asking for. */
    static long least(Charge charge) {
        return WORTH_REQUESTS * charge.cost();
    }

    /**
     * What was granted. Its life is reckoned from when it was asked for, which is before Redis began to count, and a little
     * less for clocks that do not run alike. Where it ends with Redis' slot, the next one is asked for when that slot is over
     * for certain, because only then it holds for two slots again; else shortly before its end.
     *
     * @param sent when it was asked for
     * @param now when it was granted
     */
    static Lease lease(Terms terms, Reply.Granted reply, long sent, long now) {
        long life = 1000 * reply.micros();
        long deadline = sent + life - (life >> 10);
        boolean endsWithSlot = terms.kind() == Terms.Kind.SLIDING_WINDOW && reply.micros() < terms.longestLeaseMicros();
        long renewAt = endsWithSlot ? now + life + (life >> 12) : deadline - Math.min(AHEAD_NANOS, life / 4);
        return new Lease(reply.tokens(), reply.slot(), deadline, renewAt);
    }

    /** What a lease is at most of what is left: half of a sidecar's share, so that the last ones do not get all. */
    static int share(Charge charge) {
        return 2 * charge.liveSidecars();
    }
}
