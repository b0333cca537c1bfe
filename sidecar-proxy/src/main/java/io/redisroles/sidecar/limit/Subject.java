package io.redisroles.sidecar.limit;

import io.redisroles.contract.SubjectPart;

/**
 * Who a request is counted as.
 *
 * @param user the session's user; empty where the request is anonymous
 * @param session what tells the session from all others; empty where the request is anonymous
 * @param ip the client's address, cut to its prefix
 * @param rule the rule that matched
 */
public record Subject(String user, String session, String ip, String rule) {
    /** A request without a session. */
    public static Subject anonymous(String ip, String rule) {
        return new Subject("", "", ip, rule);
    }

    Part part(SubjectPart part) {
        return switch (part) {
            case USER -> user.isEmpty() ? new Part(SubjectPart.IP, ip) : new Part(part, user);
            case SESSION -> session.isEmpty() ? new Part(SubjectPart.IP, ip) : new Part(part, session);
            case IP -> new Part(part, ip);
            case RULE -> new Part(part, rule);
        };
    }

    /**
     * A value with its type, so that a user named like an address is another subject than the address.
     *
     * @param type what the value is
     * @param value never empty
     */
    record Part(SubjectPart type, String value) {}
}
