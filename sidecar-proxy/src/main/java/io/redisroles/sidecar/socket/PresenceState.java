package io.redisroles.sidecar.socket;

import java.util.Locale;

/** Whether a user is there. */
public enum PresenceState {
    /** A socket is open on which a message came lately. */
    ONLINE,
    /** Sockets are open, but no message came for a while. */
    AWAY,
    /** No socket is open. */
    OFFLINE;

    private final String text = name().toLowerCase(Locale.ROOT);

    /** As it stands in Redis. */
    public String text() {
        return text;
    }
}
