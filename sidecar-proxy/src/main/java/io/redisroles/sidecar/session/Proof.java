package io.redisroles.sidecar.session;

/**
 * What a session rests on.
 *
 * @param kind of credential
 * @param key of the record in Redis that ends the session when it goes; empty if there is none
 * @param csrf the session's CSRF token; empty if it has none
 * @param issuedAt of a JWT, in seconds since 1970; 0 for anything else
 * @param endsAt of a JWT, in seconds since 1970; 0 for anything else, whose end is Redis' business
 */
public record Proof(Kind kind, String key, String csrf, long issuedAt, long endsAt) {
    /** The kinds of credentials that have a record in Redis. */
    public enum Kind {
        SESSION,
        TOKEN,
        API_KEY,
        JWT
    }

    /** A proof that is a record in Redis. */
    static Proof record(Kind kind, String key, String csrf) {
        return new Proof(kind, key, csrf, 0, 0);
    }

    @Override
    public String toString() {
        return "Proof[" + kind + ", redacted]";
    }
}
