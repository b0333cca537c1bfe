package io.redisroles.sidecar.http;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one thing that a connection waits for at a time, and what happens if it does not come. Moving it is cheap: the timer
 * that is set already is left to find out that it came too early. Used on one event loop only.
 */
final class Deadline {
    private final EventExecutor loop;
    private @Nullable Runnable action;
    private long dueNanos;
    private long timerNanos;
    private @Nullable ScheduledFuture<?> timer;

    Deadline(EventExecutor loop) {
        this.loop = loop;
    }

    void set(Duration after, Runnable then) {
        action = then;
        dueNanos = System.nanoTime() + after.toNanos();
        ScheduledFuture<?> running = timer;
        if (running != null && timerNanos - dueNanos <= 0) {
            return;
        }
        if (running != null) {
            running.cancel(false);
        }
        schedule();
    }

    void clear() {
        action = null;
    }

    /** Clears it, and the timer too. */
    void dispose() {
        clear();
        ScheduledFuture<?> running = timer;
        if (running != null) {
            running.cancel(false);
            timer = null;
        }
    }

    private void schedule() {
        timerNanos = dueNanos;
        timer = loop.schedule(this::fire, Math.max(dueNanos - System.nanoTime(), 0), TimeUnit.NANOSECONDS);
    }

    private void fire() {
        timer = null;
        Runnable due = action;
        if (due == null) {
            return;
        }
        if (dueNanos - System.nanoTime() > 0) {
            schedule();
            return;
        }
        clear();
        due.run();
    }
}
