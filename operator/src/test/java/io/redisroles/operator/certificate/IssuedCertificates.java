package io.redisroles.operator.certificate;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** An authority for tests, which issues what is asked for. */
public final class IssuedCertificates {
    private final CertificateAuthority authority;

    public IssuedCertificates() {
        // Old enough for what it issued long ago.
        this.authority =
                CertificateAuthority.create("test-ca", Instant.now().minus(Duration.ofDays(365)), new SecureRandom());
    }

    /** A client's certificate. */
    public ClientCertificate issueToClient(String name) {
        return ClientCertificate.of(authority.issueToClient(name, Instant.now()));
    }

    /** A certificate whose life began so long ago. */
    public RoleCertificate issue(Duration age, String... hosts) {
        KeyAndChain leaf = authority.issue("test", List.of(hosts), Instant.now().minus(age));
        return new RoleCertificate(
                CertificateAuthority.pem(leaf.certificate()),
                CertificateAuthority.pem(leaf.key()),
                CertificateAuthority.pem(authority.identity().certificate()));
    }
}
