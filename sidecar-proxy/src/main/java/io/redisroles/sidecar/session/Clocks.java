package io.redisroles.sidecar.session;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The clocks that sessions are judged by.
 *
 * @param nanos never steps; as {@link System#nanoTime}, by which connections measure too
 * @param wall for what an issuer of JWTs says in times of the day
 */
public record Clocks(LongSupplier nanos, InstantSource wall) {
    /** This machine's. */
    public static final Clocks SYSTEM = new Clocks(System::nanoTime, InstantSource.system());

    long seconds() {
        return Math.floorDiv(wall.millis(), 1000L);
    }
}
