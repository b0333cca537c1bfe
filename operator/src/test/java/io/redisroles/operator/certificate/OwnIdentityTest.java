package io.redisroles.operator.certificate;

import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class OwnIdentityTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final OwnIdentity.Subject SUBJECT =
            new OwnIdentity.Subject("redis-gateway", List.of("redis-gateway.caas.svc", "redis-gateway"));

    private final SecureRandom random = new SecureRandom();

    @Test
    void whatIsMadeIsBelievedAndKept() {
        OwnIdentity first = next(Map.of(), Map.of(), NOON);

        assertThat(first.certificate().finding("redis-gateway.caas.svc", NOON)).isEmpty();
        assertThat(again(first, NOON.plus(Duration.ofDays(59)))).isEqualTo(first);
    }

    @Test
    void aCertificateIsRenewedAfterTwoThirdsOfItsLifeByTheSameAuthority() {
        OwnIdentity first = next(Map.of(), Map.of(), NOON);

        OwnIdentity later = again(first, NOON.plus(Duration.ofDays(61)));

        assertThat(later.authority()).isEqualTo(first.authority());
        assertThat(later.certificate().fingerprint())
                .isNotEqualTo(first.certificate().fingerprint());
        assertThat(later.certificate().end()).isAfter(first.certificate().end());
    }

    @Test
    void aCertificateWithoutTheServicesNameIsRenewed() {
        OwnIdentity first = next(Map.of(), Map.of(), NOON);
        OwnIdentity.Subject renamed = new OwnIdentity.Subject("redis-gateway", List.of("cache.caas.svc"));

        OwnIdentity later =
                OwnIdentity.next(first.authority(), first.certificate().content(), renamed, NOON, random);

        assertThat(later.certificate().finding("cache.caas.svc", NOON)).isEmpty();
        assertThat(later.authority()).isEqualTo(first.authority());
    }

    @Test
    void anAuthoritysSuccessorIsToldBeforeItIssues() {
        // Given
        OwnIdentity first = next(Map.of(), Map.of(), NOON);
        Instant due = NOON.plus(Duration.ofDays(1217));
        OwnIdentity.Subject subject = SUBJECT;
        Map<String, String> fresh = OwnIdentity.next(
                        first.authority(), Map.of(), subject, due.minus(Duration.ofDays(5)), random)
                .certificate()
                .content();

        // When
        OwnIdentity told = OwnIdentity.next(first.authority(), fresh, subject, due, random);
        OwnIdentity issued = again(told, due.plus(Duration.ofDays(60)));

        // Then
        assertThat(told.certificate().chain()).isEqualTo(fresh.get("tls.crt"));
        List<X509Certificate> believed =
                Authorities.read(told.certificate().authorities()).certificates();
        assertThat(believed).hasSize(2);
        assertThat(told.certificate().finding("redis-gateway", due)).isEmpty();
        assertThat(issued.certificate().chain()).isNotEqualTo(fresh.get("tls.crt"));
        Authorities successor = new Authorities(believed.subList(0, 1));
        assertThat(successor.vouchFor(
                        KeyAndChain.certificates(issued.certificate().chain()), due.plus(Duration.ofDays(60))))
                .isTrue();
        assertThat(successor.vouchFor(
                        KeyAndChain.certificates(told.certificate().chain()), due))
                .isFalse();
    }

    @Test
    void anAuthorityThatWasLostIsReplacedWithWhatItIssued() {
        OwnIdentity first = next(Map.of(), Map.of(), NOON);

        OwnIdentity later = OwnIdentity.next(Map.of(), first.certificate().content(), SUBJECT, NOON, random);

        assertThat(later.certificate().finding("redis-gateway", NOON)).isEmpty();
        assertThat(later.certificate().fingerprint())
                .isNotEqualTo(first.certificate().fingerprint());
    }

    @Test
    void clientsAreIssuedToOnceAndRenewedOnlyAfterTheServer() {
        // Given
        OwnIdentity first = next(Map.of(), Map.of(), NOON);
        ClientCertificates issued = clients(first, ClientCertificates.NONE, false, NOON);
        assertThat(issued.byUser()).containsOnlyKeys("app", "_operator");
        assertThat(clients(first, issued, true, NOON.plus(Duration.ofDays(59)))).isEqualTo(issued);

        // When
        Instant due = NOON.plus(Duration.ofDays(61));
        OwnIdentity renewed = again(first, due);

        // Then
        assertThat(clients(renewed, issued, false, due)).isEqualTo(issued);
        ClientCertificates next = clients(renewed, issued, true, due.plusSeconds(60));
        assertThat(next.byUser().values())
                .doesNotContainAnyElementsOf(issued.byUser().values());
        assertThat(clients(renewed, next, true, due.plus(Duration.ofDays(1)))).isEqualTo(next);
    }

    @Test
    void aClientsCertificateIsNoServersAndOfItsAuthority() {
        OwnIdentity first = next(Map.of(), Map.of(), NOON);

        ClientCertificate app =
                clients(first, ClientCertificates.NONE, false, NOON).of("app").orElseThrow();

        KeyAndChain pair = KeyAndChain.read(app.key(), app.chain());
        assertThat(pair.fits()).isTrue();
        assertThat(pair.certificate().getSubjectX500Principal().getName()).isEqualTo("CN=app");
        assertThat(Authorities.dnsNames(pair.certificate())).isEmpty();
        assertThat(Authorities.read(first.certificate().authorities()).vouchFor(pair.chain(), NOON))
                .isTrue();
        assertThat(app.toString()).doesNotContain("PRIVATE");
    }

    @Test
    void whoeverCannotComeInAnyMoreGetsAnotherWithoutWaitingForTheServer() {
        OwnIdentity first = next(Map.of(), Map.of(), NOON);
        ClientCertificates issued = clients(first, ClientCertificates.NONE, false, NOON);
        Instant late = NOON.plus(Duration.ofDays(91));

        assertThat(clients(again(first, late), issued, false, late).byUser().values())
                .doesNotContainAnyElementsOf(issued.byUser().values());
        ClientCertificates broken =
                ClientCertificates.of(Map.of("app.crt", "no certificate", "app.key", "no key", "_operator.crt", "x"));
        assertThat(clients(first, broken, true, NOON).of("app").orElseThrow().chain())
                .startsWith("-----BEGIN");
    }

    @Test
    void anAuthoritysSuccessorIssuesToClientsOnlyWhenItHasIssuedWhatIsServed() {
        // Given
        OwnIdentity first = next(Map.of(), Map.of(), NOON);
        Instant due = NOON.plus(Duration.ofDays(1217));
        Map<String, String> fresh = OwnIdentity.next(
                        first.authority(), Map.of(), SUBJECT, due.minus(Duration.ofDays(5)), random)
                .certificate()
                .content();
        List<X509Certificate> former =
                Authorities.read(fresh.getOrDefault("ca.crt", "")).certificates();

        // When
        OwnIdentity told = next(first.authority(), fresh, due);
        OwnIdentity issued = again(told, due.plus(Duration.ofDays(60)));

        // Then
        ClientCertificates before = clients(told, ClientCertificates.NONE, true, due);
        assertThat(isOf(before, former, due)).isTrue();
        Instant later = due.plus(Duration.ofDays(60));
        assertThat(clients(issued, before, false, later)).isEqualTo(before);
        assertThat(isOf(clients(issued, ClientCertificates.NONE, false, later), former, later))
                .as("somebody new, while the former's certificate is served")
                .isTrue();
        assertThat(isOf(clients(issued, before, true, later), former, later)).isFalse();
    }

    private ClientCertificates clients(OwnIdentity own, ClientCertificates present, boolean served, Instant now) {
        return own.clients(present, Set.of("app", "_operator"), served, now, random);
    }

    private static boolean isOf(ClientCertificates clients, List<X509Certificate> authorities, Instant now) {
        return clients.byUser().values().stream()
                .allMatch(
                        client -> new Authorities(authorities).vouchFor(KeyAndChain.certificates(client.chain()), now));
    }

    private OwnIdentity next(Map<String, String> authority, Map<String, String> served, Instant now) {
        return OwnIdentity.next(authority, served, SUBJECT, now, random);
    }

    private OwnIdentity again(OwnIdentity before, Instant now) {
        return next(before.authority(), before.certificate().content(), now);
    }
}
