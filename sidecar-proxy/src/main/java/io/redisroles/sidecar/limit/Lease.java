package io.redisroles.sidecar.limit;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Tokens of one subject that were debited ahead of time: whoever takes one has admitted a request. Each token is spent,
 * returned by {@link #close}, or lost; never two of these. Safe for all threads, without locks.
 */
final class Lease {
    private static final long CLOSED = Long.MIN_VALUE;

    /** None, long ago. */
    static final Lease NONE = new Lease(0, 0, 0, 0);

    private final long granted;
    private final long slot;
    private final long deadline;
    private final long renewAt;
    private final AtomicLong left;
    private final AtomicBoolean low = new AtomicBoolean();

    /**
     * What was granted. Times are of a monotonic clock, in nanoseconds.
     *
     * @param granted tokens
     * @param slot to which what is left is returned
     * @param deadline from then on nothing may be spent
     * @param renewAt when the next one is asked for, before or after the deadline
     */
    Lease(long granted, long slot, long deadline, long renewAt) {
        this.granted = granted;
        this.slot = slot;
        this.deadline = deadline;
        this.renewAt = renewAt;
        this.left = new AtomicLong(granted);
    }

    long slot() {
        return slot;
    }

    long deadline() {
        return deadline;
    }

    long renewAt() {
        return renewAt;
    }

    long left() {
        return Math.max(left.get(), 0);
    }

    /** Whether it ever held a token. */
    boolean isGranted() {
        return granted > 0;
    }

    boolean hasEnded(long now) {
        return granted == 0 || now - deadline >= 0;
    }

    /** Whether the next lease should be asked for: its time has come, or so little is left that it will not last till then. */
    boolean isDue(long perSecond, long cost, long now) {
        if (granted == 0 || now - renewAt >= 0) {
            return true;
        }
        long held = left();
        long needed = perSecond * Math.max(deadline - now, 0) / 1_000_000_000;
        return !hasEnded(now) && held < Math.max(granted / 4, cost) && held < Math.max(needed, cost);
    }

    /** Takes tokens; all of them or none. */
    boolean take(long tokens, long now) {
        if (hasEnded(now)) {
            return false;
        }
        while (true) {
            long before = left.get();
            if (before < tokens) {
                return false;
            }
            if (left.compareAndSet(before, before - tokens)) {
                return true;
            }
        }
    }

    /** Puts tokens back that were taken in vain. */
    void putBack(long tokens) {
        while (true) {
            long before = left.get();
            if (before == CLOSED || left.compareAndSet(before, before + tokens)) {
                return;
            }
        }
    }

    /** Ends it; what is left belongs to the caller, who is the only one that gets it. */
    long close() {
        return granted == 0 ? 0 : Math.max(left.getAndSet(CLOSED), 0);
    }

    /** Whether little is left; true once. */
    boolean runsLow() {
        return left.get() < granted / 4 && !low.get() && low.compareAndSet(false, true);
    }
}
