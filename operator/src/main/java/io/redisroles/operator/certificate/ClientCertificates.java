package io.redisroles.operator.certificate;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The certificates of a role's clients, by the name of the user that each of them logs in as. They follow the server's: Redis
 * reads whom it believes when it reads what it serves, so that what a handshake shows tells which authorities' clients it lets
 * in. A certificate of before the served one is replaced, and while another is on its way to be served nothing is.
 */
public record ClientCertificates(SortedMap<String, ClientCertificate> byUser) {
    /** Nobody has one. */
    public static final ClientCertificates NONE = new ClientCertificates(new TreeMap<>());

    private static final String CHAIN = ".crt";
    private static final String KEY = ".key";

    public ClientCertificates {
        byUser = Collections.unmodifiableSortedMap(new TreeMap<>(byUser));
    }

    /** Reads what the Secret that keeps them holds; a certificate without its key is left out. */
    public static ClientCertificates of(Map<String, String> content) {
        SortedMap<String, ClientCertificate> found = new TreeMap<>();
        content.forEach((name, chain) -> {
            if (name.endsWith(CHAIN)) {
                String user = name.substring(0, name.length() - CHAIN.length());
                Optional.ofNullable(content.get(user + KEY))
                        .map(key -> new ClientCertificate(chain, key))
                        .ifPresent(certificate -> found.put(user, certificate));
            }
        });
        return new ClientCertificates(found);
    }

    /** What the Secret should hold. */
    public Map<String, String> content() {
        Map<String, String> content = new HashMap<>();
        byUser.forEach((user, certificate) -> {
            content.put(user + CHAIN, certificate.chain());
            content.put(user + KEY, certificate.key());
        });
        return content;
    }

    public Optional<ClientCertificate> of(String user) {
        return Optional.ofNullable(byUser.get(user));
    }

    public boolean isEmpty() {
        return byUser.isEmpty();
    }

    /** When the last of them was issued; empty if there is none. */
    public Optional<Instant> issued() {
        return byUser.values().stream()
                .map(certificate -> KeyAndChain.certificates(certificate.chain())
                        .get(0)
                        .getNotBefore()
                        .toInstant())
                .max(Comparator.naturalOrder())
                .map(start -> start.plus(CertificateAuthority.BEFORE));
    }

    /**
     * Keeps what is good, makes what is missing or of before, and drops what nobody needs.
     *
     * @param users who need one
     * @param server the certificate of the role
     * @param authorities with their keys, the newest first; not empty
     * @param served whether Redis has proved to serve {@code server}
     */
    ClientCertificates next(
            Set<String> users,
            X509Certificate server,
            List<CertificateAuthority> authorities,
            boolean served,
            Instant now) {
        CertificateAuthority eldest = authorities.get(authorities.size() - 1);
        CertificateAuthority issuer = authorities.stream()
                .filter(authority -> served && authority.hasIssued(server))
                .findFirst()
                .orElse(eldest);
        SortedMap<String, ClientCertificate> next = new TreeMap<>();
        for (String user : users) {
            next.put(
                    user,
                    of(user).filter(present -> read(present)
                                    .filter(pair -> now.isBefore(pair.end()))
                                    .filter(pair -> !served || follows(pair.certificate(), server, issuer))
                                    .isPresent())
                            .orElseGet(() -> ClientCertificate.of(issuer.issueToClient(user, now))));
        }
        return new ClientCertificates(next);
    }

    private static boolean follows(X509Certificate client, X509Certificate server, CertificateAuthority issuer) {
        return !start(client).isBefore(start(server)) && issuer.hasIssued(client);
    }

    private static Instant start(X509Certificate certificate) {
        return certificate.getNotBefore().toInstant();
    }

    private static Optional<KeyAndChain> read(ClientCertificate certificate) {
        try {
            return Optional.of(KeyAndChain.read(certificate.key(), certificate.chain()))
                    .filter(KeyAndChain::fits);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Without what must not be shown. */
    @Override
    public String toString() {
        return "ClientCertificates" + byUser.keySet();
    }
}
