package io.redisroles.sidecar.redis;

import java.time.Duration;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * Whether calls are worth making. Closed: they are. It opens when so many in a row failed, or none succeeded for so long; then
 * nothing is called until a probe succeeds. Probes come after ever longer, jittered delays, which start over with the first call
 * that succeeds. Begins open. One thread.
 */
final class Breaker {
    /** What it may be. */
    enum State {
        CLOSED,
        OPEN,
        PROBING
    }

    static final int FAILURES_IN_A_ROW = 5;
    static final Duration FAILING_FOR = Duration.ofMillis(100);
    static final Duration FIRST_DELAY = Duration.ofMillis(100);
    static final Duration LONGEST_DELAY = Duration.ofSeconds(1);

    private final LongSupplier nanoTime;
    private final DoubleSupplier jitter;
    private State state = State.OPEN;
    private int failures;
    /** Since when nothing succeeded that failed. */
    private long failingSince;

    private long lastSuccess;
    private long delayNanos = FIRST_DELAY.toNanos();

    /**
     * A breaker that is open.
     *
     * @param nanoTime a monotonic clock
     * @param jitter from 0 to 1: how much of the second half of a delay is waited out
     */
    Breaker(LongSupplier nanoTime, DoubleSupplier jitter) {
        this.nanoTime = nanoTime;
        this.jitter = jitter;
        this.lastSuccess = nanoTime.getAsLong();
    }

    State state() {
        return state;
    }

    boolean isClosed() {
        return state == State.CLOSED;
    }

    /** A call was answered in time, now. */
    void succeeded(long now) {
        if (state == State.CLOSED) {
            failures = 0;
            lastSuccess = now;
            delayNanos = FIRST_DELAY.toNanos();
        }
    }

    /**
     * A call was not; returns whether this opened it.
     *
     * @param sentAt when the call was made: a long wait for nothing is as telling as several short ones
     */
    boolean failed(long sentAt) {
        if (state != State.CLOSED) {
            return false;
        }
        long now = nanoTime.getAsLong();
        if (failures == 0) {
            failingSince = sentAt - lastSuccess < 0 ? lastSuccess : sentAt;
        }
        failures++;
        return (failures >= FAILURES_IN_A_ROW || now - failingSince >= FAILING_FOR.toNanos()) && open();
    }

    /** Opens at once; returns whether it was closed. */
    boolean open() {
        boolean wasClosed = state == State.CLOSED;
        state = State.OPEN;
        failures = 0;
        return wasClosed;
    }

    /** How long to wait for the next probe; longer each time. */
    long nextDelayNanos() {
        long half = delayNanos / 2;
        long delay = half + (long) (half * jitter.getAsDouble());
        delayNanos = Math.min(2 * delayNanos, LONGEST_DELAY.toNanos());
        return delay;
    }

    /** A probe is under way. */
    void probing() {
        state = State.PROBING;
    }

    /** A probe succeeded. */
    void close() {
        state = State.CLOSED;
        failures = 0;
        lastSuccess = nanoTime.getAsLong();
    }
}
