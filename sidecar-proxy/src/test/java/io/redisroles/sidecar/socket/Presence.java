package io.redisroles.sidecar.socket;

import java.util.HashMap;
import java.util.Map;

/** What is known of one user: the exact model of {@code presence.lua}. Times are in ms on Redis' clock. */
final class Presence {
    private final PresenceTerms terms;
    private final Map<String, Word> words = new HashMap<>();
    private long wordsExpire;
    private PresenceState state = PresenceState.OFFLINE;
    private long stateExpires;

    Presence(PresenceTerms terms) {
        this.terms = terms;
    }

    /** A sidecar tells how its own sockets of the user are. */
    PresenceState tell(long now, String sidecar, PresenceState mine) {
        if (wordsExpire <= now) {
            words.clear();
        }
        if (mine == PresenceState.OFFLINE) {
            words.remove(sidecar);
        } else {
            words.put(sidecar, new Word(mine, now + terms.hold().toMillis()));
        }
        words.values().removeIf(word -> word.ends <= now);
        long lease = terms.lease().toMillis();
        state = words.values().stream()
                .map(Word::state)
                .min(PresenceState::compareTo)
                .orElse(PresenceState.OFFLINE);
        if (state != PresenceState.OFFLINE) {
            wordsExpire = now + lease;
        }
        stateExpires =
                now + (state == PresenceState.OFFLINE ? terms.offlineMemory().toMillis() : lease);
        return state;
    }

    /** What an app reads: an expired key says offline too. */
    PresenceState read(long now) {
        return stateExpires <= now ? PresenceState.OFFLINE : state;
    }

    /** Whether the key of the state is gone. */
    boolean isForgotten(long now) {
        return stateExpires <= now;
    }

    /** Whether the key of the sidecars' words is gone. */
    boolean isUnheld(long now) {
        return words.isEmpty() || wordsExpire <= now;
    }

    private record Word(PresenceState state, long ends) {}
}
