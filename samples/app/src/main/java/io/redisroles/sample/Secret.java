package io.redisroles.sample;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/** A text that proves something (a password, a session id, a token) and is never printed. */
record Secret(String value) {
    private static final int RANDOM_BYTES = 32;
    private static final Pattern CREDENTIAL = Pattern.compile("[A-Za-z0-9._-]{8,256}");

    /** A new credential that nobody can guess: 256 bits, base64url. */
    static Secret random(SecureRandom source) {
        byte[] bytes = new byte[RANDOM_BYTES];
        source.nextBytes(bytes);
        return new Secret(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /** What a client presents as session id or token; empty if no credential looks like that. */
    static Optional<Secret> presented(String value) {
        return CREDENTIAL.matcher(value).matches() ? Optional.of(new Secret(value)) : Optional.empty();
    }

    /** SHA-256 as lower-case hex. */
    String sha256() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "(redacted)";
    }
}
