package io.redisroles.sidecar.upstream;

import java.util.Locale;

/** Why the app did not answer. */
public enum UpstreamFailure {
    CONNECT,
    CLOSED,
    TIMEOUT,
    MALFORMED;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** As metrics tell it. */
    public String label() {
        return label;
    }
}
