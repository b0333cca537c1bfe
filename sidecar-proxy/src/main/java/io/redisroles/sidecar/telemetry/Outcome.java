package io.redisroles.sidecar.telemetry;

import java.util.Locale;

/** What became of a request, as metrics tell it. */
public enum Outcome {
    ADMITTED,
    LIMITED,
    NO_SESSION,
    NO_RULE,
    STORE_UNAVAILABLE;

    private final String label = name().toLowerCase(Locale.ROOT);

    String label() {
        return label;
    }
}
