package io.redisroles.sidecar.telemetry;

import java.util.Locale;

/** Why bytes of a client never became a request, as metrics tell it. */
public enum BadInput {
    /** HTTP that could be understood in two ways, or in none. */
    MALFORMED,
    /** More header bytes or fields than are taken. */
    HEAD_TOO_LARGE,
    /** The heads of all requests under way take what memory there is for them; HTTP/2 can try again. */
    TOO_MANY_HEADS,
    TARGET_TOO_LONG,
    /** The first bytes of the connection are not those of a request. */
    NOT_HTTP,
    /** No complete request head in time. */
    SLOW_HEAD,
    /** A body that stopped coming. */
    SLOW_BODY,
    /** A PROXY protocol header from somebody who may not send one, or none from a proxy that must. */
    PROXY_HEADER;

    private final String label = name().toLowerCase(Locale.ROOT);

    String label() {
        return label;
    }
}
