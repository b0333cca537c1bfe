package io.redisroles.sidecar.limit;

import java.time.Duration;
import java.util.Arrays;

/**
 * The requests of one subject in a window that slides by sub-windows: at most the limit in any window of the period, in
 * exact integers. {@code sliding_window.lua} is the same algorithm; a test compares the two decision by decision.
 * Not thread-safe.
 *
 * <p>Counted are the sub-windows ("slots", numbered since time 0) {@code newest - 50} to {@code newest}: 51, because a
 * window of the period touches at most that many. The ring has one more, free for debits ahead of time.
 */
public final class SlidingWindow {
    private static final int SUB_WINDOWS = 50;
    private static final int RING = SUB_WINDOWS + 2;

    private final long subWindowMicros;
    private final int[] counts = new int[RING];
    private long newest;

    /** An empty window of length {@code per}. */
    public SlidingWindow(Duration per) {
        this.subWindowMicros = subWindowMicros(per);
    }

    /** The length of a sub-window: a fiftieth of the period, rounded up. */
    public static long subWindowMicros(Duration per) {
        long micros = Math.multiplyExact(per.toSeconds(), 1_000_000L) + per.toNanosPart() / 1000;
        return (micros + SUB_WINDOWS - 1) / SUB_WINDOWS;
    }

    /** What would be decided at {@code nowMicros}; changes nothing. */
    public Reading read(long nowMicros, long limit, long cost) {
        long slot = slotAt(nowMicros);
        long first = Math.max(slot, newest) - SUB_WINDOWS;
        long total = 0;
        long oldest = Long.MAX_VALUE;
        for (long counted = newest; counted >= Math.max(first, newest - SUB_WINDOWS); counted--) {
            total += count(counted);
            oldest = count(counted) > 0 ? counted : oldest;
        }
        long remaining = Math.max(limit - total, 0);
        if (total + cost <= limit) {
            return new Reading(true, remaining, total == 0 ? 0 : leaves(oldest) - nowMicros);
        }
        return new Reading(false, remaining, fitsAt(oldest, total + cost - limit) - nowMicros);
    }

    /** Counts an admitted request. */
    public void debit(long nowMicros, long cost) {
        long slot = slotAt(nowMicros);
        for (long leaving = newest - SUB_WINDOWS; leaving <= Math.min(slot - SUB_WINDOWS - 1, newest + 1); leaving++) {
            counts[index(leaving)] = 0;
        }
        newest = slot;
        counts[index(slot)] = Math.toIntExact(counts[index(slot)] + cost);
    }

    /** When a debit made at {@code nowMicros} will have left, in microseconds from then. */
    public long microsUntilLeft(long nowMicros) {
        return leaves(slotAt(nowMicros)) - nowMicros;
    }

    /** Whether nothing is counted any more. */
    public boolean isEmptyAt(long nowMicros) {
        return slotAt(nowMicros) - newest > SUB_WINDOWS || Arrays.stream(counts).allMatch(count -> count == 0);
    }

    private long fitsAt(long oldest, long needed) {
        long slot = oldest;
        for (long freed = 0; slot <= newest; slot++) {
            freed += count(slot);
            if (freed >= needed) {
                break;
            }
        }
        return leaves(Math.min(slot, newest));
    }

    /** A clock that steps back does not bring slots back. */
    private long slotAt(long nowMicros) {
        return Math.max(Math.floorDiv(nowMicros, subWindowMicros), newest);
    }

    private long leaves(long slot) {
        return (slot + SUB_WINDOWS + 1) * subWindowMicros;
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
    public record Reading(boolean fits, long remaining, long waitMicros) {}
}
