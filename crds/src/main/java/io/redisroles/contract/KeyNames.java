package io.redisroles.contract;

/** The names of the Redis keys that Redis Roles itself writes, and the ACL patterns that cover them. */
public final class KeyNames {
    /** Written and read with a TTL to prove that a role serves. */
    public static final String CANARY = "_redisroles:canary";

    /** All counters of all policies begin with this. */
    public static final String RATE_PREFIX = "rate:";

    private KeyNames() {}

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
