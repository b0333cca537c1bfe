package io.redisroles.contract;

import java.util.List;

/** The names of the Redis keys that Redis Roles itself writes, and the ACL patterns that cover them. */
public final class KeyNames {
    /** Written and read with a TTL to prove that a role serves. */
    public static final String CANARY = "_redisroles:canary";

    /** All counters of all policies begin with this. */
    public static final String RATE_PREFIX = "rate:";

    /** What the keys of counters, sockets and presence begin with; no key of a user's may. */
    public static final List<String> OWN_PREFIXES = List.of(RATE_PREFIX, "socket:", "sockets:", "presence:");

    /** How often an opaque bearer token was used and when last, followed by its record's {@code token_id}. */
    public static final String TOKEN_META_PREFIX = "auth:token_meta:";

    /** The ACL key patterns that cover what is kept of WebSockets: each socket, who is present, and whose word that is. */
    public static final List<String> SOCKET_PATTERNS = List.of("socket:*", "presence:*", "sockets:{presence:*");

    private KeyNames() {}

    /** One open WebSocket: a hash with the fields user, sidecar and policy. */
    public static String socket(String id) {
        return "socket:" + id;
    }

    /**
     * Whether a user is there: {@code online}, {@code away} or {@code offline}; absent means offline too.
     *
     * @param user without braces
     */
    public static String presence(String user) {
        return "presence:" + user;
    }

    /** What each sidecar says of a user's presence; in the same slot of Redis Cluster as {@link #presence}. */
    public static String presenceHolds(String user) {
        return "sockets:{" + presence(user) + "}";
    }

    /**
     * The counter of one subject under one limit: {@code rate:{<tag>}:<namespace>/<policy>:<limit>[:<rest>]}.
     *
     * @param tag stands for the principal (user, session or address); the hash tag of Redis Cluster
     * @param rest stands for the limit's other parts, empty if it has none
     */
    public static String rate(String tag, String namespace, String policy, String limit, String rest) {
        String key = RATE_PREFIX + "{" + tag + "}:" + namespace + "/" + policy + ":" + limit;
        return rest.isEmpty() ? key : key + ":" + rest;
    }

    /** The ACL key pattern that covers every counter of a policy and of no other. */
    public static String ratePattern(String namespace, String policy) {
        return RATE_PREFIX + "{*}:" + namespace + "/" + policy + ":*";
    }
}
