package io.redisroles.sidecar.limit;

import java.util.List;

/** What the shared counters are asked. */
public sealed interface Ask {
    /** How many charges it has. */
    default int size() {
        return 1;
    }

    /** The charge at {@code index}, from 0 to less than {@link #size}. */
    Charge charge(int index);

    /**
     * One request, all its limits: all enforced ones admit and are debited, or nothing is. Shadow limits never refuse; one
     * that has room is debited if the request is admitted. Answered by a {@link LimitDecision}.
     *
     * @param charges at least one
     */
    record Debit(List<Charge> charges) implements Ask {
        public Debit {
            charges = List.copyOf(charges);
        }

        @Override
        public int size() {
            return charges.size();
        }

        @Override
        public Charge charge(int index) {
            return charges.get(index);
        }
    }

    /**
     * Debits tokens ahead of time, for requests that this sidecar will decide by itself. They may be spent for
     * {@link Reply.Granted#micros} after the ask was <em>sent</em>, by a monotonic clock. Only SlidingWindow and TokenBucket
     * have leases. Answered by a {@link Reply.Granted}: at most {@code most}, and at most a {@code share}-th of what is left.
     *
     * @param charge whose cost plays no part
     * @param most tokens, at least 1
     * @param share at least 1
     */
    record Lease(Charge charge, long most, int share) implements Ask {
        @Override
        public Charge charge(int index) {
            return charge;
        }
    }

    /**
     * Gives tokens of a lease back that were not spent; only SlidingWindow. Must be asked at most once for a token, whether
     * or not an answer comes. Answered by {@link Reply.Done}.
     *
     * @param charge as leased
     * @param slot as granted
     * @param tokens not spent
     */
    record Refund(Charge charge, long slot, long tokens) implements Ask {
        @Override
        public Charge charge(int index) {
            return charge;
        }
    }

    /**
     * Keeps this sidecar's slots under a Concurrency limit for another lease. Answered by a {@link Reply.Held}.
     *
     * @param charge of any request that holds some
     * @param atLeast how many are held for certain; restored if the counter has lost them
     */
    record Renew(Charge charge, long atLeast) implements Ask {
        @Override
        public Charge charge(int index) {
            return charge;
        }
    }

    /**
     * Gives slots under a Concurrency limit back. Answered by {@link Reply.Done}.
     *
     * @param slots how many
     */
    record Release(Charge charge, long slots) implements Ask {
        @Override
        public Charge charge(int index) {
            return charge;
        }
    }
}
