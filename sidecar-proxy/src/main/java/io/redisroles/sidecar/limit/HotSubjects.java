package io.redisroles.sidecar.limit;

import io.redisroles.sidecar.cache.Doorkeeper;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

/**
 * The subjects that were asked about last. Memory is bounded by construction: each key has eight places, and only an idle
 * subject makes room, for one that comes again; as long as a quarter of all places is taken, hardly ever are all eight. Safe
 * for all threads, without locks.
 */
final class HotSubjects {
    private static final int PLACES_OF_A_KEY = 8;

    private final AtomicReferenceArray<HotSubject> places;
    private final Doorkeeper doorkeeper;
    private final int mask;

    /**
     * Begins empty.
     *
     * @param size how many there are at most, a power of two
     */
    HotSubjects(int size) {
        if (Integer.bitCount(size) != 1 || size < PLACES_OF_A_KEY) {
            throw new IllegalArgumentException(
                    "size: " + size + " (expected: a power of two, at least " + PLACES_OF_A_KEY + ")");
        }
        this.places = new AtomicReferenceArray<>(size);
        this.doorkeeper = new Doorkeeper(size);
        this.mask = size - 1;
    }

    /** The subject of a charge; absent if busier ones have its places, or idle ones and it is here for the first time. */
    Optional<HotSubject> find(Charge charge, long now) {
        int hash = charge.key().hashCode() * 31 + (int) charge.requests();
        int place = (hash ^ (hash >>> 15)) & mask;
        for (int i = 0; i < PLACES_OF_A_KEY; i++) {
            HotSubject found = places.get(place ^ i);
            if (found == null) {
                break; // they are filled in this order, and never emptied
            }
            if (found.isAbout(charge)) {
                return Optional.of(found);
            }
        }
        for (int i = 0; i < PLACES_OF_A_KEY; i++) {
            HotSubject found = places.get(place ^ i);
            if (found == null || found.isForgettable(now)) {
                if (found != null && !doorkeeper.admits(hash)) {
                    return Optional.empty();
                }
                HotSubject fresh = new HotSubject(charge, now);
                if (places.compareAndSet(place ^ i, found, fresh)) {
                    return Optional.of(fresh);
                }
            }
        }
        return Optional.empty();
    }

    void forEach(Consumer<HotSubject> action) {
        for (int i = 0; i <= mask; i++) {
            HotSubject subject = places.get(i);
            if (subject != null) {
                action.accept(subject);
            }
        }
    }
}
