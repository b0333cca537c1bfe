package io.redisroles.sidecar.redis;

import io.netty.util.Timeout;
import io.netty.util.Timer;
import io.netty.util.TimerTask;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lettuce's timer without a thread of its own, which would wake up a hundred times a second. */
final class BackgroundTimer implements Timer {
    private static final Logger LOG = LoggerFactory.getLogger(BackgroundTimer.class);

    private final EventExecutorGroup background;

    BackgroundTimer(EventExecutorGroup background) {
        this.background = background;
    }

    @Override
    public Timeout newTimeout(TimerTask task, long delay, TimeUnit unit) {
        Pending pending = new Pending(this, task);
        pending.future = background.schedule(pending, delay, unit);
        return pending;
    }

    @Override
    public Set<Timeout> stop() {
        return Set.of();
    }

    private static final class Pending implements Timeout, Runnable {
        private final Timer timer;
        private final TimerTask task;
        private volatile @Nullable ScheduledFuture<?> future;

        Pending(Timer timer, TimerTask task) {
            this.timer = timer;
            this.task = task;
        }

        @Override
        @SuppressWarnings("IllegalCatch")
        public void run() {
            try {
                task.run(this);
            } catch (Exception e) {
                LOG.atWarn().setCause(e).log("A timer's task failed");
            }
        }

        @Override
        public Timer timer() {
            return timer;
        }

        @Override
        public TimerTask task() {
            return task;
        }

        @Override
        public boolean isExpired() {
            ScheduledFuture<?> scheduled = future;
            return scheduled != null && scheduled.isDone() && !scheduled.isCancelled();
        }

        @Override
        public boolean isCancelled() {
            ScheduledFuture<?> scheduled = future;
            return scheduled != null && scheduled.isCancelled();
        }

        @Override
        public boolean cancel() {
            ScheduledFuture<?> scheduled = future;
            return scheduled != null && scheduled.cancel(false);
        }
    }
}
