package io.redisroles.operator.certificate;

import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A role's own authority and what it issued. One authority for each role, so that nobody who holds the key of one role's can
 * stand in for another role, and so that it goes with its role. Both are renewed after two thirds of their life: an authority's
 * successor is told to clients at once, and issues nothing before the next certificate is due, weeks later.
 *
 * @param authority the content of the Secret that keeps it: its newest certificate first, the newest one's key, and the key of
 *     the one before, which goes on to issue to clients until the newest has issued what is served
 * @param certificate what Redis serves
 */
public record OwnIdentity(Map<String, String> authority, RoleCertificate certificate) {
    public OwnIdentity {
        authority = Map.copyOf(authority);
    }

    private static final String FORMER_KEY = "former.key";

    /**
     * Whose certificate it is.
     *
     * @param name common name of the certificate
     * @param hosts DNS names; the first is the one that clients are told
     */
    public record Subject(String name, List<String> hosts) {
        public Subject {
            hosts = List.copyOf(hosts);
        }
    }

    /**
     * Keeps what is good and makes what is missing or due.
     *
     * @param authority as its Secret has it; empty if there is none
     * @param served as its Secret has it; empty if there is none
     */
    public static OwnIdentity next(
            Map<String, String> authority,
            Map<String, String> served,
            Subject subject,
            Instant now,
            SecureRandom random) {
        Optional<CertificateAuthority> known = readAuthority(authority, random)
                .filter(kept -> now.isBefore(kept.identity().end()));
        CertificateAuthority newest = known.filter(
                        kept -> !isDue(kept.identity().certificate(), now))
                .orElseGet(() -> CertificateAuthority.create(subject.name() + "-ca", now, random));
        Authorities all = new Authorities(List.of(newest.identity().certificate()))
                .and(known.map(kept -> new Authorities(kept.identity().chain()))
                        .orElse(new Authorities(List.of()))
                        .after(now));
        boolean old = known.filter(newest::equals).isPresent();
        Map<String, String> kept = new HashMap<>(Map.of(
                RoleCertificate.CHAIN,
                all.pem(),
                RoleCertificate.KEY,
                old
                        ? authority.getOrDefault(RoleCertificate.KEY, "")
                        : CertificateAuthority.pem(newest.identity().key())));
        if (all.certificates().size() > 1) {
            Optional.ofNullable(authority.get(old ? FORMER_KEY : RoleCertificate.KEY))
                    .ifPresent(key -> kept.put(FORMER_KEY, key));
        }
        RoleCertificate present = RoleCertificate.of(served).believing(all);
        return new OwnIdentity(
                kept,
                isGood(present, subject, now)
                        ? present
                        : issue(newest, subject, now).believing(all));
    }

    /** The certificates of clients, as {@link ClientCertificates#next} makes them, by this authority. */
    public ClientCertificates clients(
            ClientCertificates present, Set<String> users, boolean served, Instant now, SecureRandom random) {
        Optional<CertificateAuthority> newest = readAuthority(authority, random);
        Optional<CertificateAuthority> former = newest.filter(
                        known -> known.identity().chain().size() > 1)
                .flatMap(known -> former(known.identity().chain().get(1), random));
        return present.next(
                users,
                KeyAndChain.certificates(certificate.chain()).get(0),
                Stream.concat(newest.stream(), former.stream()).toList(),
                served,
                now);
    }

    private Optional<CertificateAuthority> former(X509Certificate known, SecureRandom random) {
        return Optional.ofNullable(authority.get(FORMER_KEY))
                .flatMap(key -> readAuthority(
                        Map.of(RoleCertificate.KEY, key, RoleCertificate.CHAIN, CertificateAuthority.pem(known)),
                        random));
    }

    private static RoleCertificate issue(CertificateAuthority authority, Subject subject, Instant now) {
        KeyAndChain leaf = authority.issue(subject.name(), subject.hosts(), now);
        return new RoleCertificate(
                CertificateAuthority.pem(leaf.certificate()), CertificateAuthority.pem(leaf.key()), "");
    }

    private static boolean isGood(RoleCertificate present, Subject subject, Instant now) {
        if (present.finding(subject.hosts().get(0), now).isPresent()) {
            return false;
        }
        X509Certificate leaf = KeyAndChain.certificates(present.chain()).get(0);
        Set<String> names = Authorities.dnsNames(leaf).collect(Collectors.toCollection(HashSet::new));
        return names.containsAll(subject.hosts()) && !isDue(leaf, now);
    }

    /** After two thirds of its life. */
    private static boolean isDue(X509Certificate certificate, Instant now) {
        Instant start = certificate.getNotBefore().toInstant();
        Duration life = Duration.between(start, certificate.getNotAfter().toInstant());
        return !now.isBefore(start.plus(life.multipliedBy(2).dividedBy(3)));
    }

    private static Optional<CertificateAuthority> readAuthority(Map<String, String> content, SecureRandom random) {
        try {
            return Optional.of(new CertificateAuthority(
                    KeyAndChain.read(
                            content.getOrDefault(RoleCertificate.KEY, ""),
                            content.getOrDefault(RoleCertificate.CHAIN, "")),
                    random));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
