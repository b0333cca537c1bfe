package io.redisroles.sidecar.session;

import io.redisroles.contract.PolicySection;

/**
 * What a credential refers to in Redis.
 *
 * @param kind of record
 * @param key of the record
 * @param identity the session's id, or the hash of the token or key
 */
record Reference(Proof.Kind kind, String key, String identity) {
    static Reference of(Session session) {
        return new Reference(session.proof().kind(), session.proof().key(), session.identity());
    }

    boolean isBearer() {
        return kind == Proof.Kind.TOKEN || kind == Proof.Kind.JWT;
    }

    /**
     * What {@code session.lua} is given.
     *
     * @param firstSeen in ms since 1970; 0 if not seen before
     */
    String[] arguments(PolicySection policy, long firstSeen, SessionReads.Purpose purpose) {
        return new String[] {
            Long.toString(policy.session().idleTimeout().toMillis()),
            Long.toString(policy.session().maxLifetime().toMillis()),
            policy.session().createdField(),
            policy.tier().field(),
            Long.toString(firstSeen),
            switch (kind) {
                case SESSION -> "session";
                case TOKEN, JWT -> "token";
                case API_KEY -> "key";
            },
            purpose.text()
        };
    }

    @Override
    public String toString() {
        return "Reference[" + kind + ", redacted]";
    }
}
