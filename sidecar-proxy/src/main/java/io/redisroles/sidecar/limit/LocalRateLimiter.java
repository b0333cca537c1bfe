package io.redisroles.sidecar.limit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * Limits decided in this sidecar's memory: each admits its share of what all sidecars together may. Memory is bounded: when
 * it is full, new subjects of a limit share one overflow subject. Safe for all threads; calls are short.
 */
public final class LocalRateLimiter implements RateLimiter {
    /** At most this often the whole memory is searched for subjects that nobody counts any more. */
    private static final long SWEEP_MICROS = 1_000_000;

    private final LongSupplier nanoTime;
    private final int maxSubjects;
    private final Map<String, Counted> subjects = new HashMap<>();
    private long nextSweep = Long.MIN_VALUE;

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
        List<Part> parts = new ArrayList<>(charges.size());
        boolean admitted = true;
        for (Charge charge : charges) {
            Part part = part(charge, now);
            parts.add(part);
            admitted &= part.fits || !charge.terms().isEnforced();
        }
        List<Quota> quotas = new ArrayList<>(parts.size());
        List<Part> held = new ArrayList<>(0);
        long delay = 0;
        for (Part part : parts) {
            if (admitted && part.fits) {
                delay = Math.max(delay, part.debit(now));
                if (part.tally instanceof Slots) {
                    held.add(part);
                }
            }
            quotas.add(part.quota(now));
        }
        Permit permit = held.isEmpty() ? Permit.NONE : new Held(held);
        return new LimitDecision(admitted, quotas, delay, LimitDecision.Source.LOCAL, permit);
    }

    synchronized int subjects() {
        return subjects.size();
    }

    private synchronized void release(List<Part> held) {
        long now = Math.floorDiv(nanoTime.getAsLong(), 1000L);
        for (Part part : held) {
            if (part.tally instanceof Slots slots) {
                slots.release(now, 0, 0, part.terms.limit().cost());
            }
        }
    }

    private Part part(Charge charge, long now) {
        Tally tally = tallyOf(charge, now);
        Optional<Terms> share = charge.terms().share(charge.liveSidecars());
        return new Part(charge.terms(), share, tally, share.isPresent() && tally.fits(now, share.get()));
    }

    private Tally tallyOf(Charge charge, long now) {
        Counted known = subjects.get(charge.key());
        if (known != null && known.isFor(charge.terms())) {
            return known.tally;
        }
        if (known == null && subjects.size() >= maxSubjects && now >= nextSweep) {
            nextSweep = now + SWEEP_MICROS;
            subjects.values().removeIf(counted -> counted.tally.isEmptyAt(now));
        }
        boolean full = known == null && subjects.size() >= maxSubjects;
        // Another algorithm or period starts afresh.
        return subjects.compute(
                        full ? charge.limit().name() : charge.key(),
                        (key, found) -> found != null && found.isFor(charge.terms())
                                ? found
                                : new Counted(charge.terms(), Tally.of(charge)))
                .tally;
    }

    private record Counted(Terms terms, Tally tally) {
        boolean isFor(Terms asked) {
            return terms.kind() == asked.kind() && terms.horizonMicros() == asked.horizonMicros();
        }
    }

    /** One charge of a request: the limit, this sidecar's share of it if there is one, and the subject's count. */
    @SuppressWarnings("OptionalUsedAsFieldOrParameterType") // As the terms tell it.
    private record Part(Terms terms, Optional<Terms> share, Tally tally, boolean fits) {
        /** Says how long the request must wait for its turn. */
        long debit(long now) {
            Terms own = share.orElseThrow();
            tally.debit(now, own);
            boolean paces = own.kind() == Terms.Kind.LEAKY_BUCKET && own.isEnforced();
            return paces && tally instanceof PacedBucket bucket
                    ? own.pace().delayMicros(bucket.room(now, own.pace()))
                    : 0;
        }

        Quota quota(long now) {
            if (share.isEmpty()) {
                return new Quota(terms, 0, terms.horizonMicros(), true);
            }
            Quota own = tally.quota(now, share.get(), !fits);
            return new Quota(terms, own.remaining(), own.waitMicros(), !fits);
        }
    }

    private final class Held implements Permit {
        private final List<Part> parts;
        private final AtomicBoolean closed = new AtomicBoolean();

        Held(List<Part> parts) {
            this.parts = parts;
        }

        @Override
        public void onLost(Runnable action) {
            // What this process holds by itself, it keeps.
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                release(parts);
            }
        }
    }
}
