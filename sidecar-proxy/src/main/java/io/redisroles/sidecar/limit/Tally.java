package io.redisroles.sidecar.limit;

/** What is counted of one subject under one limit, in memory. Not thread-safe. */
sealed interface Tally permits SlidingWindow, PacedBucket, Slots {
    static Tally of(Charge charge) {
        return switch (charge.terms().kind()) {
            case SLIDING_WINDOW -> new SlidingWindow(charge.limit().algorithm().horizon(), charge.key());
            case TOKEN_BUCKET, LEAKY_BUCKET -> new PacedBucket();
            case CONCURRENCY -> new Slots();
        };
    }

    /** Whether a request would be admitted; changes nothing. */
    boolean fits(long nowMicros, Terms terms);

    /** Counts an admitted request. */
    void debit(long nowMicros, Terms terms);

    /** Where the limit stands. */
    Quota quota(long nowMicros, Terms terms, boolean exceeded);

    /** Whether nothing is counted any more. */
    boolean isEmptyAt(long nowMicros);
}
