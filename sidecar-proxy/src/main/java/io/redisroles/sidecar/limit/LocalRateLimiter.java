package io.redisroles.sidecar.limit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/**
 * Limits decided in this sidecar's memory: each admits its share of what all sidecars together may. Memory is bounded: when
 * it is full, new subjects of a limit share one overflow subject. Safe for all threads; calls are short.
 */
public final class LocalRateLimiter implements RateLimiter {
    private final LongSupplier nanoTime;
    private final int maxSubjects;
    private final Map<String, SlidingWindow> windows = new HashMap<>();

    /**
     * Begins empty.
     *
     * @param nanoTime a monotonic clock
     * @param maxSubjects how many subjects are kept apart
     */
    public LocalRateLimiter(LongSupplier nanoTime, int maxSubjects) {
        this.nanoTime = nanoTime;
        this.maxSubjects = maxSubjects;
    }

    @Override
    public CompletionStage<LimitDecision> acquire(List<Charge> charges) {
        return CompletableFuture.completedStage(decide(charges));
    }

    // One lock, because all limits of a request are decided and debited together.
    synchronized LimitDecision decide(List<Charge> charges) {
        long now = Math.floorDiv(nanoTime.getAsLong(), 1000L);
        List<SlidingWindow> touched = new ArrayList<>(charges.size());
        List<Quota> quotas = new ArrayList<>(charges.size());
        boolean admitted = true;
        for (Charge charge : charges) {
            SlidingWindow window = windowOf(charge, now);
            touched.add(window);
            Quota quota = read(charge, window, now);
            quotas.add(quota);
            admitted &= !quota.exceeded();
        }
        if (admitted) {
            for (int i = 0; i < touched.size(); i++) {
                quotas.set(i, debit(quotas.get(i), touched.get(i), now));
            }
        }
        return new LimitDecision(admitted, quotas, LimitDecision.Source.LOCAL);
    }

    synchronized int subjects() {
        return windows.size();
    }

    private static Quota read(Charge charge, SlidingWindow window, long now) {
        long limit = charge.localRequests();
        long cost = charge.limit().cost();
        if (cost > limit) {
            return new Quota(charge.limit(), charge.requests(), 0, micros(charge), true);
        }
        SlidingWindow.Reading reading = window.read(now, limit, cost);
        return new Quota(charge.limit(), charge.requests(), reading.remaining(), reading.waitMicros(), !reading.fits());
    }

    private static Quota debit(Quota quota, SlidingWindow window, long now) {
        long cost = quota.limit().cost();
        window.debit(now, cost);
        long wait = quota.waitMicros() == 0 ? window.microsUntilLeft(now) : quota.waitMicros();
        return new Quota(quota.limit(), quota.requests(), quota.remaining() - cost, wait, false);
    }

    private SlidingWindow windowOf(Charge charge, long now) {
        // The period is part of the name, so that a changed one starts afresh.
        String period = "|" + charge.limit().per();
        SlidingWindow known = windows.get(charge.key() + period);
        if (known != null) {
            return known;
        }
        if (windows.size() >= maxSubjects) {
            windows.values().removeIf(window -> window.isEmptyAt(now));
        }
        String name = windows.size() >= maxSubjects ? charge.limit().name() + period : charge.key() + period;
        return windows.computeIfAbsent(
                name, absent -> new SlidingWindow(charge.limit().per()));
    }

    private static long micros(Charge charge) {
        return charge.limit().per().toMillis() * 1000;
    }
}
