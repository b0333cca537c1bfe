package io.redisroles.sidecar.limit;

import io.redisroles.contract.SubjectPart;
import java.util.function.UnaryOperator;

/**
 * Who a request is counted as.
 *
 * @param user the session's user; empty where the request is anonymous
 * @param session what tells the session from all others; empty where the request is anonymous
 * @param apiKey what tells the API key from all others; empty where the request shows none
 * @param ip the client's address, cut to its prefix
 * @param rule the rule that matched
 * @param path the pattern of the rule that matched
 * @param method HEAD counts as GET
 * @param header the value of the request field of a name in lower case; empty where it is absent
 */
public record Subject(
        String user,
        String session,
        String apiKey,
        String ip,
        String rule,
        String path,
        String method,
        UnaryOperator<String> header) {
    public Subject {
        method = method.equals("HEAD") ? "GET" : method;
    }

    /** A request without a session, of which nothing else plays a part. */
    public static Subject anonymous(String ip, String rule) {
        return new Subject("", "", "", ip, rule, "", "", name -> "");
    }

    /** What stands for {@code part}: the client's address where a request has no such principal. */
    SubjectPart typeOf(SubjectPart part) {
        boolean absent = switch (part.kind()) {
            case USER -> user.isEmpty();
            case SESSION -> session.isEmpty();
            case API_KEY -> apiKey.isEmpty();
            case IP, RULE, PATH, METHOD, HEADER -> false;
        };
        return absent ? SubjectPart.IP : part;
    }

    /** The value of what {@link #typeOf} names. */
    String valueOf(SubjectPart part) {
        return switch (typeOf(part).kind()) {
            case USER -> user;
            case SESSION -> session;
            case API_KEY -> apiKey;
            case IP -> ip;
            case RULE -> rule;
            case PATH -> path;
            case METHOD -> method;
            case HEADER -> header.apply(part.header());
        };
    }
}
