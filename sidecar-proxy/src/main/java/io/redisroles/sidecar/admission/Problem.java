package io.redisroles.sidecar.admission;

import java.util.Locale;

/** Why a request is answered by the proxy itself; the name in lower case is the stable code in the answer. */
public enum Problem {
    BAD_REQUEST(400),
    SESSION_MISSING(401),
    SESSION_INVALID(401),
    NO_RULE(403),
    CSRF(403),
    REQUEST_TIMEOUT(408),
    URI_TOO_LONG(414),
    EXPECTATION_FAILED(417),
    UPGRADE_REQUIRED(426),
    QUOTA_EXCEEDED(429),
    HEADERS_TOO_LARGE(431),
    UPSTREAM_UNAVAILABLE(502),
    STORE_UNAVAILABLE(503),
    UPSTREAM_TIMEOUT(504);

    private final int status;
    private final String code;

    Problem(int status) {
        this.status = status;
        this.code = name().toLowerCase(Locale.ROOT);
    }

    public int status() {
        return status;
    }

    public String code() {
        return code;
    }
}
