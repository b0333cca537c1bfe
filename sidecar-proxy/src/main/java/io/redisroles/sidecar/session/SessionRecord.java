package io.redisroles.sidecar.session;

import java.time.InstantSource;
import java.util.List;

/**
 * What {@code session.lua} found.
 *
 * @param user never empty
 * @param tier empty if it has none
 * @param nowMillis when it was read, since 1970, on Redis' clock if a deadline is reckoned by it
 * @param leftMillis until it ends; negative if that is open
 * @param againMillis after which it is worth being kept alive again; negative if never
 * @param csrf its CSRF token; empty if it has none
 * @param tokenId under which its use is counted; empty if it is not
 */
record SessionRecord(
        String user, String tier, long nowMillis, long leftMillis, long againMillis, String csrf, String tokenId) {
    /** Reads an answer; {@code clock} tells the time if Redis did not. */
    static SessionRecord of(List<Object> answer, InstantSource clock) {
        return new SessionRecord(
                (String) answer.get(0),
                (String) answer.get(1),
                "".equals(answer.get(2)) ? clock.millis() : number(answer, 2),
                number(answer, 3),
                number(answer, 4),
                (String) answer.get(5),
                (String) answer.get(6));
    }

    private static long number(List<Object> answer, int index) {
        return Long.parseLong((String) answer.get(index));
    }

    @Override
    public String toString() {
        return "SessionRecord[redacted]";
    }
}
