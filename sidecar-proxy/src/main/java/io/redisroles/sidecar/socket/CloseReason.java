package io.redisroles.sidecar.socket;

import java.util.Locale;

/** Why a WebSocket ended, and the status code (RFC 6455 §7.4) that both sides are told where the proxy ended it. */
public enum CloseReason {
    /** The client closed it, or went away. */
    CLIENT(0),
    /** The app closed it, or went away. */
    APP(0),
    /** The session behind it was revoked or has expired. */
    SESSION_ENDED(1008),
    /** The client sent more messages than a limit admits. */
    OVER_LIMIT(1008),
    /** Messages could not be counted, because Redis did not answer. */
    STORE_UNAVAILABLE(1013),
    /** The client's frames break the protocol. */
    PROTOCOL_ERROR(1002),
    /** The app's frames cannot be followed. */
    APP_ERROR(1011),
    /** One side takes nothing any more. */
    STALLED(1001),
    /** The proxy ends. */
    GOING_AWAY(1001);

    private final int code;
    private final String label = name().toLowerCase(Locale.ROOT);

    CloseReason(int code) {
        this.code = code;
    }

    /** The status code; 0 where the proxy sends none. */
    public int code() {
        return code;
    }

    /** As metrics tell it. */
    public String label() {
        return label;
    }
}
