package io.redisroles.sidecar.session;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What a request shows to be let in. None of them prints its secret. */
public sealed interface Credential {
    /** Nothing was shown. */
    record Absent() implements Credential {}

    /**
     * Something was shown that cannot be a credential.
     *
     * @param bearer whether it came as a bearer token
     */
    record Malformed(boolean bearer) implements Credential {}

    /** A session's id. */
    record SessionId(String value) implements Credential {
        @Override
        public String toString() {
            return "SessionId[redacted]";
        }
    }

    /** An opaque bearer token, known by its hash only: lower-case hex SHA-256. */
    record BearerToken(String sha256) implements Credential {
        static BearerToken of(String token) {
            try {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.US_ASCII));
                return new BearerToken(HexFormat.of().formatHex(digest));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }

        @Override
        public String toString() {
            return "BearerToken[redacted]";
        }
    }
}
