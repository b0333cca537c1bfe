package io.redisroles.sidecar.limit;

import io.redisroles.sidecar.cache.SeededHash;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The subjects that were seen lately: in this generation or in the one before it. A generation ends with its time or when
 * its memory is full, so that neither many subjects nor a long life need more. Only seeded hashes of the keys are kept. Safe
 * for all threads, without locks; a lost race forgets a subject at worst.
 */
final class RecentSubjects {
    private static final int SMALLEST = 1024;
    private static final int LONGEST_SEARCH = 16;

    private final SeededHash hash;
    private final long generationNanos;
    private final int maxSubjects;
    private volatile Generations generations;

    /**
     * Begins empty.
     *
     * @param seed makes hashes unforeseeable
     * @param generationNanos how long a generation lasts
     * @param maxSubjects of a generation, a power of two
     */
    RecentSubjects(long seed, long generationNanos, int maxSubjects, long now) {
        this.hash = new SeededHash(seed);
        this.generationNanos = generationNanos;
        this.maxSubjects = maxSubjects;
        this.generations = new Generations(new Table(SMALLEST), new Table(1), now);
    }

    /** Whether the subject was seen lately; if so, it has been seen again. */
    boolean seen(String key, long now) {
        long hashed = hash.of(key);
        Generations current = current(now);
        if (current.young.contains(hashed)) {
            return true;
        }
        if (current.old.contains(hashed)) {
            add(hashed, current, now);
            return true;
        }
        return false;
    }

    /** The subject is seen now. */
    void add(String key, long now) {
        add(hash.of(key), current(now), now);
    }

    private void add(long hashed, Generations current, long now) {
        if (!current.young.add(hashed)) {
            boolean mayGrow = current.young.size() < 2 * maxSubjects;
            Generations fresh = mayGrow
                    ? new Generations(current.young.grown(), current.old, current.since)
                    : new Generations(new Table(2 * maxSubjects), current.young, now);
            fresh.young.add(hashed);
            generations = fresh;
        }
    }

    private Generations current(long now) {
        Generations current = generations;
        if (now - current.since >= generationNanos) {
            // As large as the last one needed to be.
            int size = Math.max(SMALLEST, Integer.highestOneBit(current.young.used.get() * 4 | 1));
            Table old = now - current.since < 2 * generationNanos ? current.young : new Table(1);
            current = new Generations(new Table(Math.min(size, maxSubjects * 2)), old, now);
            generations = current;
        }
        return current;
    }

    private record Generations(Table young, Table old, long since) {}

    /** Open addressing; 0 is a free place. At most half full. */
    private static final class Table {
        private final AtomicLongArray places;
        private final AtomicInteger used = new AtomicInteger();

        Table(int size) {
            places = new AtomicLongArray(size);
        }

        int size() {
            return places.length();
        }

        Table grown() {
            Table grown = new Table(2 * places.length());
            for (int i = 0; i < places.length(); i++) {
                long hash = places.get(i);
                if (hash != 0) {
                    grown.add(hash);
                }
            }
            return grown;
        }

        boolean contains(long hash) {
            int mask = places.length() - 1;
            for (int i = 0; i < LONGEST_SEARCH; i++) {
                long found = places.get((int) (hash + i) & mask);
                if (found == hash) {
                    return true;
                }
                if (found == 0) {
                    return false;
                }
            }
            return false;
        }

        /** False if there is no room. */
        boolean add(long hash) {
            int mask = places.length() - 1;
            if (used.get() > mask / 2) {
                return false;
            }
            for (int i = 0; i < LONGEST_SEARCH; i++) {
                int place = (int) (hash + i) & mask;
                long found = places.get(place);
                if (found == hash) {
                    return true;
                }
                if (found == 0 && places.compareAndSet(place, 0, hash)) {
                    used.incrementAndGet();
                    return true;
                }
            }
            return false;
        }
    }
}
