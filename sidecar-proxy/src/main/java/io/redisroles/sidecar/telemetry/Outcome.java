package io.redisroles.sidecar.telemetry;

import java.util.Locale;

/** What became of a request, as metrics tell it. */
public enum Outcome {
    ADMITTED,
    LIMITED,
    /** Passed a limit that only watches and would have refused. */
    SHADOW_LIMITED,
    NO_SESSION,
    NO_RULE,
    CSRF,
    STORE_UNAVAILABLE;

    private final String label = name().toLowerCase(Locale.ROOT);

    String label() {
        return label;
    }
}
