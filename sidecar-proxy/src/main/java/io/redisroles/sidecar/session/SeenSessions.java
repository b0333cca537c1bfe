package io.redisroles.sidecar.session;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The sessions that this sidecar has seen lately: when first, for those whose record does not say when they were created, and
 * when last, for statistics. Bounded: the one unused for longest is forgotten first. Safe for all threads.
 */
public final class SeenSessions {
    private final Map<String, Sight> sights;

    public SeenSessions(int capacity) {
        this.sights = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Sight> eldest) {
                return size() > capacity;
            }
        };
    }

    /** When it was first seen, in ms since 1970 on Redis' clock; 0 for a new one. */
    synchronized long firstSeen(String identity) {
        Sight sight = sights.get(identity);
        return sight == null ? 0 : sight.first;
    }

    synchronized void seen(String identity, long nowMillis) {
        sights.merge(identity, new Sight(nowMillis, nowMillis), (old, fresh) -> new Sight(old.first, nowMillis));
    }

    /** How many were seen within {@code idle} before {@code nowMillis}. */
    public synchronized long active(Duration idle, long nowMillis) {
        return sights.values().stream()
                .filter(sight -> nowMillis - sight.last <= idle.toMillis())
                .count();
    }

    private record Sight(long first, long last) {}
}
