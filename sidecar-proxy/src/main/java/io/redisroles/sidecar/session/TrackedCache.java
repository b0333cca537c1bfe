package io.redisroles.sidecar.session;

import io.redisroles.sidecar.cache.Doorkeeper;
import io.redisroles.sidecar.redis.TrackingConnection.Link;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What was read over a tracking connection, by key. A value counts while the connection over which it was read is live, until
 * Redis says that its key changed. An entry is there from before its read is sent, so that a change which overtakes the reply
 * is not lost: that reply is thrown away, and the key read again. Bounded: what was not used lately goes first, and only for
 * what was asked for before: strangers that come once push nobody out. Safe for all threads; {@link #changed} and the replies
 * come in the order in which Redis sent them.
 */
final class TrackedCache<V extends TrackedCache.Kept> {
    /** A key that changed while it was read is read once more: that reply is from after the request began. */
    private static final int ATTEMPTS = 2;
    /** How many entries that were used lately are passed over before one of them has to go. */
    private static final int MERCY = 64;

    /** A value that may have an end of its own. */
    interface Kept {
        /** Whether it still holds if nothing changed in Redis, by {@link System#nanoTime}. */
        boolean isGood(long nanos);
    }

    private final Map<String, Entry<V>> entries = new ConcurrentHashMap<>();
    private final List<Entry<V>> places = new ArrayList<>();
    private final int capacity;
    private final Doorkeeper doorkeeper;
    private int hand;

    TrackedCache(int capacity) {
        this.capacity = capacity;
        this.doorkeeper = new Doorkeeper(Integer.highestOneBit(capacity));
    }

    /** The value, if it is known and still holds; null if it has to be read. */
    @Nullable
    V find(String key, long nanos) {
        Entry<V> entry = entries.get(key);
        if (entry == null) {
            return null;
        }
        V value = entry.value;
        if (value == null || !entry.holds(value, nanos)) {
            return null;
        }
        if (!entry.used) {
            entry.used = true;
        }
        if (!entry.touch) {
            entry.touch = true;
        }
        return value;
    }

    /**
     * Whether what is read of {@code key} is to be kept: there is room or a place whose value no longer counts, or it was
     * asked for a short while ago.
     */
    boolean admits(String key, long nanos) {
        return entries.containsKey(key) || hasRoom(nanos) || doorkeeper.admits(key.hashCode());
    }

    /** Looks at one place only, each time at the next. */
    private synchronized boolean hasRoom(long nanos) {
        if (places.size() < capacity) {
            return true;
        }
        Entry<V> entry = places.get(hand);
        if (entries.get(entry.key) != entry || !entry.holds(entry.value, nanos)) {
            entry.used = false;
            return true;
        }
        hand = (hand + 1) % capacity;
        return false;
    }

    /**
     * Reads it; a read of the same key over the same connection that is under way is joined.
     *
     * @param read over {@code link}; empty: there is none, which is not kept
     */
    CompletionStage<Optional<V>> load(String key, Link link, Supplier<CompletionStage<Optional<V>>> read) {
        Entry<V> fresh = new Entry<>(key, link);
        Entry<V> entry =
                entries.compute(key, (name, old) -> old != null && old.value == null && old.link == link ? old : fresh);
        if (entry == fresh) {
            place(fresh);
            read(fresh, read, ATTEMPTS);
        }
        return entry.answer;
    }

    private void read(Entry<V> entry, Supplier<CompletionStage<Optional<V>>> read, int attempts) {
        read.get().whenComplete((found, failure) -> {
            if (failure != null) {
                entries.remove(entry.key, entry);
                entry.answer.completeExceptionally(causeOf(failure));
            } else if (entry.poisoned && attempts > 1) {
                read(entry, read, attempts - 1);
            } else {
                keep(entry, found);
                entry.answer.complete(found);
            }
        });
    }

    private void keep(Entry<V> entry, Optional<V> found) {
        if (found.isPresent() && !entry.poisoned) {
            entry.value = found.get();
        } else {
            entries.remove(entry.key, entry);
        }
    }

    /** Takes a newer value for one that is known, unless the key changed since. */
    void renew(String key, V old, V renewed) {
        Entry<V> entry = entries.get(key);
        if (entry != null && entry.value == old) {
            entry.value = renewed;
        }
    }

    /** The keys whose values were used since this was last asked, over {@code link}, and are {@code worth} it. */
    List<String> used(Link link, Predicate<V> worth) {
        List<String> used = new ArrayList<>();
        for (Entry<V> entry : entries.values()) {
            V value = entry.value;
            if (entry.touch && entry.link == link && value != null && worth.test(value)) {
                entry.touch = false;
                used.add(entry.key);
            }
        }
        return used;
    }

    private static Throwable causeOf(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** Gives an entry a place; the one that had it goes. */
    private synchronized void place(Entry<V> fresh) {
        if (places.size() < capacity) {
            places.add(fresh);
            return;
        }
        for (int passed = 0; passed < MERCY && isUsed(places.get(hand)); passed++) {
            hand = (hand + 1) % capacity;
        }
        Entry<V> leaving = places.set(hand, fresh);
        hand = (hand + 1) % capacity;
        entries.remove(leaving.key, leaving);
    }

    private boolean isUsed(Entry<V> entry) {
        boolean used = entry.used && entries.get(entry.key) == entry;
        entry.used = false;
        return used;
    }

    /** A key has another value now, or may have. */
    void changed(String key) {
        Entry<V> entry = entries.remove(key);
        if (entry != null) {
            entry.poisoned = true;
        }
    }

    /** Every key has. */
    void clear() {
        for (String key : entries.keySet()) {
            changed(key);
        }
    }

    int size() {
        return entries.size();
    }

    /** A key, from when its read is sent. */
    private static final class Entry<V extends Kept> {
        final String key;
        final Link link;
        final CompletableFuture<Optional<V>> answer = new CompletableFuture<>();
        volatile @Nullable V value;
        /** Its key changed, or everything did: what was asked for before counts no more. */
        volatile boolean poisoned;
        /** Since the hand of the clock passed. */
        volatile boolean used;
        /** Since Redis was last told. */
        volatile boolean touch;

        Entry(String key, Link link) {
            this.key = key;
            this.link = link;
        }

        /** Whether {@code read} counts, or will when there is something, unless its key changes. */
        boolean holds(@Nullable V read, long nanos) {
            return link.isLive(nanos) && (read == null || read.isGood(nanos));
        }
    }
}
