package io.redisroles.bench.scale;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waiting, with a limit: a measurement that does not come to its end says what it waited for. */
final class Patience {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    private Patience() {}

    /**
     * Looks until {@code done} is true.
     *
     * @return how long that took
     * @throws IllegalStateException if it takes longer than ten minutes
     */
    static Duration until(Supplier<String> what, Duration every, BooleanSupplier done) {
        long start = System.nanoTime();
        while (!done.getAsBoolean()) {
            if (System.nanoTime() - start > LIMIT.toNanos()) {
                throw new IllegalStateException("not after " + LIMIT + ": " + what.get());
            }
            LockSupport.parkNanos(every.toNanos());
        }
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
