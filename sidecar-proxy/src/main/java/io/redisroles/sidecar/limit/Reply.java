package io.redisroles.sidecar.limit;

/** What the shared counters answer; each kind of {@link Ask} has its own. */
public sealed interface Reply permits LimitDecision, Reply.Granted, Reply.Held, Reply.Done {
    /**
     * Tokens that may be spent without asking again.
     *
     * @param tokens 0: none are left over
     * @param slot for {@link Ask.Refund}; 0 under TokenBucket
     * @param micros for how long after the ask was <em>sent</em> they may be spent: under SlidingWindow at most until
     *     the end of the slot
     * @param state where the limit stands after it
     */
    record Granted(long tokens, long slot, long micros, Quota state) implements Reply {}

    /**
     * Slots of this sidecar under a Concurrency limit.
     *
     * @param slots as counted for it
     */
    record Held(long slots) implements Reply {}

    /** It was done. */
    record Done() implements Reply {
        public static final Done DONE = new Done();
    }
}
