package io.redisroles.sidecar.limit;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * This sidecar, as the counters of Concurrency limits know it. Its epoch advances when a call was lost: what was sent before
 * and is executed late then counts as never sent. Safe for all threads.
 */
final class Holder {
    private final long id;
    private final AtomicInteger epoch = new AtomicInteger(1);

    Holder(long id) {
        this.id = id;
    }

    static Holder random(RandomGenerator random) {
        return new Holder(random.nextLong());
    }

    long id() {
        return id;
    }

    int epoch() {
        return epoch.get();
    }

    void nextEpoch() {
        epoch.incrementAndGet();
    }
}
