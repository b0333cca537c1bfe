package io.redisroles.cli.demo;

/**
 * One promise, and whether it held.
 *
 * @param promise in a sentence
 * @param held whether it did
 * @param seen what was seen
 */
public record Check(String promise, boolean held, String seen) {
    /** Expects {@code actual} to equal {@code expected}. */
    static Check equal(String promise, Object expected, Object actual) {
        boolean held = expected.equals(actual);
        return new Check(promise, held, held ? String.valueOf(actual) : actual + " (expected: " + expected + ")");
    }
}
