package io.redisroles.sidecar.session;

import io.redisroles.sidecar.cache.SeededHash;
import java.time.Duration;

/**
 * The sessions that this sidecar has seen lately: when first, for those whose record does not say when they were created, and
 * when last, for statistics. Bounded: each has eight places, and of eight that are taken the one unused for longest is
 * forgotten. Takes memory as it is needed, and makes no objects, so that crowds leave no garbage. Safe for all threads.
 */
public final class SeenSessions {
    private static final int PLACES = 8;
    /** Of a place: the session's hash (0: free), when it was first seen, and when last, both in ms since 1970. */
    private static final int WORDS = 3;

    private static final int FIRST = 1;
    private static final int LAST = 2;
    private static final int SET = PLACES * WORDS;
    private static final int FEWEST_SETS = 32;

    private final SeededHash hash;
    private final int mostSets;
    private long[] sights = new long[FEWEST_SETS * SET];

    /**
     * Begins with none.
     *
     * @param capacity how many there are at most, a power of two, 256 or more
     * @param seed random: makes places unforeseeable
     */
    public SeenSessions(int capacity, long seed) {
        if (Integer.bitCount(capacity) != 1 || capacity < FEWEST_SETS * PLACES) {
            throw new IllegalArgumentException(
                    "capacity: " + capacity + " (expected: a power of two, at least " + FEWEST_SETS * PLACES + ")");
        }
        this.hash = new SeededHash(seed);
        this.mostSets = capacity / PLACES;
    }

    /** When it was first seen, in ms since 1970 on Redis' clock; 0 for a new one. */
    synchronized long firstSeen(String identity) {
        int place = find(hash.of(identity));
        return place < 0 ? 0 : sights[place + FIRST];
    }

    synchronized void seen(String identity, long nowMillis) {
        long hashed = hash.of(identity);
        int place = find(hashed);
        if (place < 0) {
            place = room(hashed);
            sights[place] = hashed;
            sights[place + FIRST] = nowMillis;
        }
        sights[place + LAST] = nowMillis;
    }

    /** How many were seen within {@code idle} before {@code nowMillis}. */
    public synchronized long active(Duration idle, long nowMillis) {
        long earliest = nowMillis - idle.toMillis();
        long active = 0;
        for (int place = 0; place < sights.length; place += WORDS) {
            if (sights[place] != 0 && sights[place + LAST] >= earliest) {
                active++;
            }
        }
        return active;
    }

    private int find(long hashed) {
        int set = set(hashed);
        for (int place = set; place < set + SET; place += WORDS) {
            if (sights[place] == hashed) {
                return place;
            }
        }
        return -1;
    }

    /** A place for another: a free one, else one of twice as many sets, else that of the one unused for longest. */
    private int room(long hashed) {
        while (true) {
            int set = set(hashed);
            int oldest = set;
            for (int place = set; place < set + SET; place += WORDS) {
                if (sights[place] == 0) {
                    return place;
                }
                if (sights[place + LAST] < sights[oldest + LAST]) {
                    oldest = place;
                }
            }
            if (sights.length >= mostSets * SET) {
                return oldest;
            }
            grow();
        }
    }

    /** Each set becomes two. */
    private void grow() {
        long[] old = sights;
        sights = new long[2 * old.length];
        for (int from = 0; from < old.length; from += WORDS) {
            if (old[from] != 0) {
                System.arraycopy(old, from, sights, room(old[from]), WORDS);
            }
        }
    }

    private int set(long hashed) {
        return (int) (hashed & (sights.length / SET - 1)) * SET;
    }
}
