package io.redisroles.sidecar.session;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * SHA-256 as it stands in key names: lower-case hex. One thread; each has its own, because making one costs more than using it.
 */
final class Sha256 {
    private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final ThreadLocal<Sha256> OF_THREAD = ThreadLocal.withInitial(Sha256::new);

    private final MessageDigest algorithm = create();
    private final byte[] hex = new byte[2 * algorithm.getDigestLength()];

    private Sha256() {}

    /** Of a text's UTF-8. Any thread. */
    static String hex(String text) {
        return OF_THREAD.get().hexOf(text.getBytes(StandardCharsets.UTF_8));
    }

    private String hexOf(byte[] bytes) {
        byte[] digest = algorithm.digest(bytes);
        for (int i = 0; i < digest.length; i++) {
            hex[2 * i] = DIGITS[(digest[i] >> 4) & 0xF];
            hex[2 * i + 1] = DIGITS[digest[i] & 0xF];
        }
        return new String(hex, StandardCharsets.ISO_8859_1);
    }

    private static MessageDigest create() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
