package io.redisroles.cli.local;

import java.nio.file.Path;

/** The checkout that this tool runs from. */
public final class Checkout {
    private Checkout() {}

    /** Its folder; the start script says it in the system property {@code redisroles.home}. */
    public static Path home() {
        return Path.of(System.getProperty("redisroles.home", "")).toAbsolutePath();
    }
}
