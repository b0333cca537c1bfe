package io.redisroles.operator.certificate;

import io.redisroles.operator.certificate.RoleCertificate.Fault;
import io.redisroles.operator.certificate.RoleCertificate.Finding;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What is found wrong with certificates that somebody else made. */
class RoleCertificateTest {
    private static final String HOST = "redis-gateway.caas.svc";

    private final IssuedCertificates issuer = new IssuedCertificates();
    private final RoleCertificate good = issuer.issue(Duration.ZERO, HOST);

    @Test
    void aGoodOneIsGood() {
        assertThat(good.finding(HOST, Instant.now())).isEmpty();
        assertThat(issuer.issue(Duration.ZERO, "*.caas.svc").finding(HOST, Instant.now()))
                .isEmpty();
    }

    @Test
    void aMissingPartIsNamed() {
        assertInvalid(new RoleCertificate(good.chain(), "", good.authorities()), "tls.key is missing");
        assertInvalid(new RoleCertificate("", good.key(), good.authorities()), "tls.crt is missing");
        assertInvalid(new RoleCertificate(good.chain(), good.key(), ""), "ca.crt is missing");
    }

    @Test
    void whatIsNoCertificateOrKeyIsNamed() {
        assertInvalid(new RoleCertificate("words", good.key(), good.authorities()), "tls.crt has no certificate");
        assertInvalid(new RoleCertificate(good.chain(), "words", good.authorities()), "tls.key has no private key");
    }

    @Test
    void theKeyOfAnotherCertificateIsRefused() {
        RoleCertificate other = issuer.issue(Duration.ZERO, HOST);

        assertInvalid(
                new RoleCertificate(good.chain(), other.key(), good.authorities()),
                "tls.key is not the key of the certificate in tls.crt");
    }

    @Test
    void aCertificateOfAnotherHostIsRefused() {
        assertInvalid(issuer.issue(Duration.ZERO, "redis-socket.caas.svc"), "redis-socket.caas.svc");
    }

    @Test
    void aCertificateOfAnotherAuthorityIsRefused() {
        assertInvalid(
                good.believing(Authorities.read(
                        new IssuedCertificates().issue(Duration.ZERO, HOST).authorities())),
                "nobody in ca.crt vouches");
    }

    @Test
    void oneThatEndedSaysWhen() {
        RoleCertificate ended = issuer.issue(Duration.ofDays(91), HOST);

        assertThat(ended.finding(HOST, Instant.now())).hasValueSatisfying(finding -> {
            assertThat(finding.fault()).isEqualTo(Fault.EXPIRED);
            assertThat(finding.message()).contains(ended.end().toString());
        });
    }

    @Test
    void itsTextHasNoKey() {
        assertThat(good.toString()).contains(good.fingerprint()).doesNotContain("PRIVATE");
    }

    private static void assertInvalid(RoleCertificate certificate, String message) {
        assertThat(certificate.finding(HOST, Instant.now()))
                .map(Finding::message)
                .hasValueSatisfying(text -> assertThat(text).contains(message));
        assertThat(certificate.finding(HOST, Instant.now())).map(Finding::fault).hasValue(Fault.INVALID);
    }
}
