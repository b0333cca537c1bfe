package io.redisroles.cli.local;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Ticks an instance on a thread of its own until closed, or until a tick fails. */
public final class Ticker implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final LocalInstance instance;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "reconcile");
    private volatile Optional<RuntimeException> failure = Optional.empty();

    private Ticker(LocalInstance instance) {
        this.instance = instance;
    }

    public static Ticker start(LocalInstance instance) {
        Ticker ticker = new Ticker(instance);
        ticker.thread.start();
        return ticker;
    }

    /** What ended it before its time. */
    public Optional<RuntimeException> failure() {
        return failure;
    }

    /** Returns when the last tick is over. */
    @Override
    public void close() {
        stopped.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            do {
                instance.tick();
            } while (!stopped.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS));
        } catch (RuntimeException e) {
            failure = Optional.of(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
