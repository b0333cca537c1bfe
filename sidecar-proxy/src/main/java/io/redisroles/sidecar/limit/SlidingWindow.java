package io.redisroles.sidecar.limit;

import java.time.Duration;
import java.util.Arrays;

/**
 * The requests of one subject in a window that slides by sub-windows: at most the limit in any window of the period, in
 * exact integers. {@code counters.lua} is the same algorithm; a test compares the two decision by decision.
 * Not thread-safe.
 *
 * <p>Counted are the sub-windows ("slots", numbered since time 0) {@code newest - 50} to {@code newest}: 51, because a
 * window of the period touches at most that many; and the one after the newest, for leases: what may be spent until then is
 * counted there.
 *
 * <p>Each counter's sub-windows begin up to 255 256ths of one later than others': leases end with a sub-window, and those of
 * many subjects would have to be renewed at the same moment.
 */
final class SlidingWindow implements Tally {
    private static final int SUB_WINDOWS = 50;
    private static final int RING = SUB_WINDOWS + 2;
    private static final int LAGS = 256;

    private final long subWindowMicros;
    private final long lagMicros;
    private final int[] counts = new int[RING];
    private long newest;

    /** An empty window of length {@code per}, for the counter named {@code key}. */
    SlidingWindow(Duration per, String key) {
        this.subWindowMicros = subWindowMicros(per);
        this.lagMicros = lagMicros(lag(key), subWindowMicros);
    }

    /** The length of a sub-window: a fiftieth of the period, rounded up. */
    static long subWindowMicros(Duration per) {
        return (FineTime.micros(per) + SUB_WINDOWS - 1) / SUB_WINDOWS;
    }

    /** By how many 256ths of a sub-window the sub-windows of a counter begin later; the same on every sidecar. */
    static int lag(String key) {
        int hash = key.hashCode();
        hash ^= hash >>> 16;
        return (hash ^ (hash >>> 8)) & (LAGS - 1);
    }

    static long lagMicros(int lag, long subWindowMicros) {
        return lag * subWindowMicros / LAGS;
    }

    /** What would be decided at {@code nowMicros}; changes nothing. */
    Reading read(long nowMicros, long limit, long cost) {
        long slot = slotAt(nowMicros);
        long total = 0;
        long oldest = Long.MAX_VALUE;
        for (long counted = newest + 1; counted >= first(slot); counted--) {
            total += count(counted);
            oldest = count(counted) > 0 ? counted : oldest;
        }
        long remaining = Math.max(limit - total, 0);
        long excess = total + cost - limit;
        if (excess > 0) {
            return new Reading(false, remaining, freeAt(oldest, Math.min(excess, total)) - nowMicros);
        }
        return new Reading(true, remaining, total == 0 ? 0 : leaves(oldest) - nowMicros);
    }

    /** Counts an admitted request. */
    void debit(long nowMicros, long cost) {
        long slot = slotAt(nowMicros);
        advance(slot);
        add(slot, cost);
    }

    /**
     * Counts up to {@code most} tokens in the last slot in which they may be spent.
     *
     * @return how many: at most a {@code share}-th of what is left
     */
    Lease lease(long nowMicros, long limit, long most, int share, long aheadMicros) {
        long tokens = Math.min(most, read(nowMicros, limit, 0).remaining / share);
        if (tokens < 1) {
            return new Lease(0, 0, 0);
        }
        long slot = slotAt(nowMicros);
        advance(slot);
        long last = Math.max(slot, number(nowMicros + aheadMicros));
        add(last, tokens);
        return new Lease(tokens, last, begins(last + 1) - nowMicros);
    }

    /** Forgets tokens that were leased in {@code slot} and never spent. */
    void refund(long nowMicros, long slot, long tokens) {
        long present = slotAt(nowMicros);
        if (slot >= present - SUB_WINDOWS && slot <= present + 1) {
            advance(present);
            add(slot, -Math.min(tokens, count(slot)));
        }
    }

    @Override
    public boolean fits(long nowMicros, Terms terms) {
        return read(nowMicros, terms.amount().requests(), terms.limit().cost()).fits;
    }

    @Override
    public void debit(long nowMicros, Terms terms) {
        debit(nowMicros, terms.limit().cost());
    }

    @Override
    public Quota quota(long nowMicros, Terms terms, boolean exceeded) {
        Reading reading =
                read(nowMicros, terms.amount().requests(), terms.limit().cost());
        return new Quota(terms, reading.remaining, reading.waitMicros, exceeded);
    }

    @Override
    public boolean isEmptyAt(long nowMicros) {
        return slotAt(nowMicros) - newest > SUB_WINDOWS + 1
                || Arrays.stream(counts).allMatch(count -> count == 0);
    }

    private void advance(long slot) {
        for (long leaving = newest - SUB_WINDOWS; leaving < Math.min(slot - SUB_WINDOWS, newest + 2); leaving++) {
            counts[index(leaving)] = 0;
        }
        newest = slot;
    }

    private void add(long slot, long tokens) {
        counts[index(slot)] = Math.toIntExact(counts[index(slot)] + tokens);
    }

    private long freeAt(long oldest, long needed) {
        long slot = oldest;
        long freed = count(slot);
        while (freed < needed) {
            slot++;
            freed += count(slot);
        }
        return leaves(slot);
    }

    /** A clock that steps back does not bring slots back. */
    private long slotAt(long nowMicros) {
        return Math.max(number(nowMicros), newest);
    }

    private long number(long micros) {
        return Math.floorDiv(micros - lagMicros, subWindowMicros);
    }

    private long begins(long slot) {
        return slot * subWindowMicros + lagMicros;
    }

    /** The first slot that is still counted in {@code slot}. */
    private long first(long slot) {
        return Math.max(slot, newest) - SUB_WINDOWS;
    }

    private long leaves(long slot) {
        return begins(slot + SUB_WINDOWS + 1);
    }

    private int count(long slot) {
        return counts[index(slot)];
    }

    private static int index(long slot) {
        return (int) Math.floorMod(slot, (long) RING);
    }

    /**
     * What a window says.
     *
     * @param fits whether the cost fits
     * @param remaining requests that would still be admitted now
     * @param waitMicros until the cost fits, or, where it fits, until the oldest counted slot leaves (0: nothing is counted)
     */
    record Reading(boolean fits, long remaining, long waitMicros) {}

    /**
     * Tokens counted ahead of time.
     *
     * @param tokens may be 0
     * @param slot where they are counted
     * @param micros until that slot is over
     */
    record Lease(long tokens, long slot, long micros) {}
}
