package io.redisroles.sidecar.http;

import java.time.Duration;

/**
 * How long the proxy waits for whom.
 *
 * @param firstHead for the first complete request head of a connection
 * @param keepAlive for the next complete request head
 * @param linger for what a client still sends after its last answer
 * @param bodyIdle for the next part of a request's body
 * @param clientStall for a client that takes no more of its answer
 * @param answerIdle for the next part of an answer; long, because an event stream may have nothing to say
 * @param upstream for the app to begin its answer
 */
public record Timeouts(
        Duration firstHead,
        Duration keepAlive,
        Duration linger,
        Duration bodyIdle,
        Duration clientStall,
        Duration answerIdle,
        Duration upstream) {
    /** The usual ones. */
    public static Timeouts standard(Duration upstream) {
        return new Timeouts(
                Duration.ofSeconds(10),
                Duration.ofSeconds(75),
                Duration.ofSeconds(2),
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                Duration.ofHours(1),
                upstream);
    }
}
