package io.redisroles.sidecar.limit;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Refusals that stay true for a while. Memory is bounded by construction: each key has eight places, and a new refusal takes
 * a free one or the one that ends soonest; what is forgotten is asked again. Safe for all threads, without locks.
 */
final class Denials {
    private static final int PLACES_OF_A_KEY = 8;

    private final AtomicReferenceArray<Denial> places;
    private final int mask;
    /** After this nothing is known; most requests look no further. By the clock of the refusals. */
    private volatile long lastEnd;

    private volatile boolean used;

    /**
     * Begins empty.
     *
     * @param size how many refusals are kept at most, a power of two
     */
    Denials(int size) {
        if (Integer.bitCount(size) != 1 || size < PLACES_OF_A_KEY) {
            throw new IllegalArgumentException(
                    "size: " + size + " (expected: a power of two, at least " + PLACES_OF_A_KEY + ")");
        }
        this.places = new AtomicReferenceArray<>(size);
        this.mask = size - 1;
    }

    /** Whether nothing is refused at {@code now}. */
    boolean isEmpty(long now) {
        return !used || now - lastEnd >= 0;
    }

    /** What is known at {@code now} about a charge; the limit must be the very object that the refusal was about. */
    Optional<Denial> find(Charge charge, long now) {
        int place = place(charge.key());
        for (int i = 0; i < PLACES_OF_A_KEY; i++) {
            Denial denial = places.get(place ^ i);
            if (denial != null && denial.isAbout(charge, now)) {
                return Optional.of(denial);
            }
        }
        return Optional.empty();
    }

    /** Remembers a refusal. */
    void add(Denial denial, long now) {
        places.set(placeFor(denial.key, now), denial);
        if (!used || denial.refuseUntil - lastEnd > 0) {
            lastEnd = denial.refuseUntil; // a lost race costs a look at Redis
            used = true;
        }
    }

    /** Whether the key was refused before, even if that has ended. */
    boolean knew(String key) {
        int place = place(key);
        for (int i = 0; i < PLACES_OF_A_KEY; i++) {
            if (isOf(places.get(place ^ i), key)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOf(@Nullable Denial denial, String key) {
        return denial != null && denial.key.equals(key);
    }

    /** Forgets what is known about a key. */
    void forget(String key) {
        int place = place(key);
        for (int i = 0; i < PLACES_OF_A_KEY; i++) {
            Denial denial = places.get(place ^ i);
            if (isOf(denial, key)) {
                places.compareAndSet(place ^ i, denial, null);
            }
        }
    }

    /** Forgets everything. */
    void clear() {
        for (int i = 0; i <= mask; i++) {
            places.set(i, null);
        }
    }

    private int place(String key) {
        int hash = key.hashCode();
        return (hash ^ (hash >>> 15)) & mask;
    }

    /** The key's own place if it has one, else a free one, else that of the refusal that ends soonest. */
    private int placeFor(String key, long now) {
        int place = place(key);
        int best = place;
        long soonest = Long.MAX_VALUE;
        for (int i = 0; i < PLACES_OF_A_KEY; i++) {
            Denial denial = places.get(place ^ i);
            if (isOf(denial, key)) {
                return place ^ i;
            }
            long ends = denial == null ? Long.MIN_VALUE : denial.refuseUntil - now;
            if (ends < soonest) {
                soonest = ends;
                best = place ^ i;
            }
        }
        return best;
    }

    /**
     * A refusal. Times are of a monotonic clock, in nanoseconds.
     *
     * @param key the subject's counter
     * @param terms that refused
     * @param remaining requests that were left, fewer than the cost
     * @param refuseUntil before this it is certain that the subject cannot pass
     * @param fitsAt from this on it can, if nobody else is faster
     */
    record Denial(String key, Terms terms, long remaining, long refuseUntil, long fitsAt) {
        @SuppressWarnings("ReferenceEquality") // A policy that was read anew has new limits: what was known is void.
        boolean isAbout(Charge charge, long now) {
            return charge.limit() == terms.limit()
                    && charge.amount().equals(terms.amount())
                    && refuseUntil - now > 0
                    && key.equals(charge.key());
        }

        Quota quota(long now) {
            long wait = Math.max(Math.floorDiv(fitsAt - now + 999, 1000L), 1);
            return new Quota(terms, remaining, wait, true);
        }
    }
}
