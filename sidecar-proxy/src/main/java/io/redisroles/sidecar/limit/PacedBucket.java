package io.redisroles.sidecar.limit;

/**
 * A TokenBucket's or LeakyBucket's state: when it is done with all that was asked. {@code counters.lua} is the same
 * algorithm; a test compares the two decision by decision. Not thread-safe.
 */
final class PacedBucket implements Tally {
    private FineTime done = FineTime.ZERO;

    /** What is left at {@code nowMicros}; changes nothing. */
    FineTime room(long nowMicros, Pace pace) {
        return pace.capacity().minus(from(nowMicros).minus(FineTime.ofMicros(nowMicros)));
    }

    boolean fits(long nowMicros, Pace pace) {
        return room(nowMicros, pace).compareTo(pace.cost()) >= 0;
    }

    /** Counts an admitted request. */
    void debit(long nowMicros, Pace pace) {
        done = from(nowMicros).plus(pace.cost());
    }

    /**
     * Counts up to {@code most} tokens as if all were spent {@code aheadMicros} from now.
     *
     * @return how many: at most a {@code share}-th of what is left then
     */
    long lease(long nowMicros, Pace pace, long most, int share, long aheadMicros) {
        FineTime start = max(from(nowMicros), FineTime.ofMicros(nowMicros + aheadMicros));
        FineTime room = pace.capacity().minus(start.minus(FineTime.ofMicros(nowMicros)));
        // By whole microseconds: a little less than a share at times, and exact in Lua too.
        long tokens = Math.min(most, Math.floorDiv(room.micros(), pace.one().ceil() * share));
        if (tokens < 1) {
            return 0;
        }
        done = start.plus(pace.one().times(tokens));
        return tokens;
    }

    @Override
    public boolean fits(long nowMicros, Terms terms) {
        return fits(nowMicros, terms.pace());
    }

    @Override
    public void debit(long nowMicros, Terms terms) {
        debit(nowMicros, terms.pace());
    }

    @Override
    public Quota quota(long nowMicros, Terms terms, boolean exceeded) {
        FineTime room = room(nowMicros, terms.pace());
        return new Quota(terms, terms.pace().units(room), terms.pace().waitMicros(room), exceeded);
    }

    @Override
    public boolean isEmptyAt(long nowMicros) {
        return done.compareTo(FineTime.ofMicros(nowMicros)) <= 0;
    }

    private FineTime from(long nowMicros) {
        return max(done, FineTime.ofMicros(nowMicros));
    }

    private static FineTime max(FineTime one, FineTime other) {
        return one.compareTo(other) >= 0 ? one : other;
    }
}
