package io.redisroles.sidecar.config;

import io.redisroles.contract.ConfigException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The role's secret behind keyed hashes; never used itself, only what is derived from it for one use. */
public final class IdentifierKey {
    private static final int BYTES = 32;

    private final byte[] secret;

    private IdentifierKey(byte[] secret) {
        this.secret = secret;
    }

    /**
     * Reads a key.
     *
     * @param file where the text is from, for the message
     * @throws ConfigException if it is not 32 bytes as base64url
     */
    static IdentifierKey parse(Path file, String text) {
        byte[] secret;
        try {
            secret = Base64.getUrlDecoder().decode(text.strip());
        } catch (IllegalArgumentException e) {
            throw new ConfigException(file + " is not base64url (expected: 32 bytes of it)", e);
        }
        if (secret.length != BYTES) {
            throw new ConfigException(file + " holds " + secret.length + " bytes (expected: 32, as base64url)");
        }
        return new IdentifierKey(secret);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof IdentifierKey key && MessageDigest.isEqual(secret, key.secret);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(secret);
    }

    /** Nothing of it. */
    @Override
    public String toString() {
        return "identifier key";
    }

    /** The hash for one use; hashes for different uses tell nothing of each other. */
    public KeyedHash hash(String use) {
        return KeyedHash.derive(secret, use);
    }
}
