package io.redisroles.sidecar.health;

/**
 * What came of a probe.
 *
 * @param status in HTTP's words; 200 to 399 is well
 * @param text one line for people
 */
public record ProbeOutcome(int status, String text) {
    static ProbeOutcome well(String text) {
        return new ProbeOutcome(200, text);
    }

    /** The app was asked and is not well, or cannot be asked. */
    static ProbeOutcome unwell(String text) {
        return new ProbeOutcome(503, text);
    }

    /** What the app says makes no sense. */
    static ProbeOutcome senseless(String text) {
        return new ProbeOutcome(502, text);
    }

    static ProbeOutcome late(String text) {
        return new ProbeOutcome(504, text);
    }
}
