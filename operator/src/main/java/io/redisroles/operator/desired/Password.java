package io.redisroles.operator.desired;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.random.RandomGenerator;

/**
 * A secret text; {@link #toString} does not show it.
 *
 * @param value URL-safe characters
 */
public record Password(String value) {
    private static final int BYTES = 32;

    /** 32 random bytes as base64url without padding. */
    public static Password random(RandomGenerator random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return new Password(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /** As Kubernetes stores it in a Secret. */
    public static Password fromSecretData(String base64) {
        return new Password(new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8));
    }

    /** The form in which an ACL file holds it. */
    String sha256() {
        return Digest.sha256(value);
    }

    @Override
    public String toString() {
        return "Password[redacted]";
    }
}
