package io.redisroles.sidecar.session;

/** What a request shows to be let in. None of them prints its secret. */
public sealed interface Credential {
    /** Nothing was shown. */
    record Absent() implements Credential {
        static final Absent INSTANCE = new Absent();
    }

    /**
     * Something was shown that cannot be a credential.
     *
     * @param bearer whether it came as a bearer token
     */
    record Malformed(boolean bearer) implements Credential {
        static final Malformed SESSION = new Malformed(false);
        static final Malformed BEARER = new Malformed(true);
    }

    /**
     * A session's id.
     *
     * @param cookie whether a browser sent it by itself
     */
    record SessionId(String value, boolean cookie) implements Credential {
        @Override
        public String toString() {
            return "SessionId[redacted]";
        }
    }

    /** An opaque bearer token, known by its hash only: lower-case hex SHA-256. */
    record BearerToken(String sha256) implements Credential {
        static BearerToken of(String token) {
            return new BearerToken(Sha256.hex(token));
        }

        @Override
        public String toString() {
            return "BearerToken[redacted]";
        }
    }

    /** A bearer token that is a JWT (RFC 7519), not verified yet. */
    record JwtToken(String text) implements Credential {
        @Override
        public String toString() {
            return "JwtToken[redacted]";
        }
    }

    /** An API key, known by its hash only: lower-case hex SHA-256. */
    record ApiKey(String sha256) implements Credential {
        static ApiKey of(String key) {
            return new ApiKey(Sha256.hex(key));
        }

        @Override
        public String toString() {
            return "ApiKey[redacted]";
        }
    }
}
