package io.redisroles.operator.redis;

import io.redisroles.operator.certificate.RoleCertificate;
import java.security.cert.X509Certificate;
import java.time.Instant;

/**
 * The certificate that a server served in a handshake.
 *
 * @param fingerprint as {@link RoleCertificate#fingerprint()} tells it
 * @param end when it ends
 * @param error why the server could not take another; empty if it was not told to, or could
 */
public record ServedCertificate(String fingerprint, Instant end, String error) {
    static ServedCertificate of(X509Certificate leaf, String error) {
        return new ServedCertificate(
                RoleCertificate.fingerprint(leaf), leaf.getNotAfter().toInstant(), error);
    }
}
