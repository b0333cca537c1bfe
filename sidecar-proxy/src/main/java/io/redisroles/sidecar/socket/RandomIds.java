package io.redisroles.sidecar.socket;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.function.Supplier;

/** Names that nobody can guess and nobody else has: 16 random bytes as base64url. Safe for all threads. */
public record RandomIds(SecureRandom random) implements Supplier<String> {
    private static final int BYTES = 16;

    @Override
    public String get() {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
