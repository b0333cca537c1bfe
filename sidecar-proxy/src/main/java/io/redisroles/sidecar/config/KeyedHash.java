package io.redisroles.sidecar.config;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Turns identifiers into tags that only a holder of the key can relate to them: HMAC-SHA256 under a subkey that HKDF
 * (RFC 5869) derives from the role's identifier key for one use. Safe for all threads.
 */
public final class KeyedHash {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int TAG_BYTES = 16;

    /** Never used itself, only cloned: an initialized Mac is cheaper to copy than to make. */
    private final Mac prototype;

    private KeyedHash(Mac prototype) {
        this.prototype = prototype;
    }

    /** The hash for one use; hashes for different uses of one key tell nothing of each other. */
    public static KeyedHash derive(byte[] key, String use) {
        byte[] pseudoRandomKey = mac(new byte[32]).doFinal(key);
        Mac expand = mac(pseudoRandomKey);
        expand.update(("redisroles/" + use).getBytes(StandardCharsets.US_ASCII));
        expand.update((byte) 1);
        return new KeyedHash(mac(expand.doFinal()));
    }

    /** 16 bytes as base64url without padding: 22 characters. */
    public String tag(byte[] value) {
        try {
            byte[] full = ((Mac) prototype.clone()).doFinal(value);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(full, TAG_BYTES));
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the JDK's " + ALGORITHM + " can be cloned", e);
        }
    }

    public String tag(String value) {
        return tag(value.getBytes(StandardCharsets.UTF_8));
    }

    private static Mac mac(byte[] key) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return mac;
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }
}
