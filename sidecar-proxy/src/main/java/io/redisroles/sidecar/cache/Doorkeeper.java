package io.redisroles.sidecar.cache;

import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Tells a full memory whom to let in: who was turned away a short while ago and comes again. So strangers that come once push
 * nobody out, and leave nothing behind that a collector of garbage would have to look for. The idea is that of TinyLFU
 * (Einziger, Friedman and Manes, 2017). Each hash has one place, which the next one takes; two with one hash are let in a bit
 * early. Safe for all threads, without locks.
 */
public final class Doorkeeper {
    private final AtomicIntegerArray turnedAway;

    /**
     * Begins with nobody turned away.
     *
     * @param size how many are remembered at most, a power of two
     */
    public Doorkeeper(int size) {
        if (Integer.bitCount(size) != 1) {
            throw new IllegalArgumentException("size: " + size + " (expected: a power of two)");
        }
        this.turnedAway = new AtomicIntegerArray(size);
    }

    /** Whether it was turned away lately; if not, it is now. */
    public boolean admits(int hash) {
        int place = (hash ^ (hash >>> 15)) & (turnedAway.length() - 1);
        return turnedAway.getAndSet(place, hash) == hash;
    }
}
