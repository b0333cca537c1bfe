package io.redisroles.operator.certificate;

import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertStore;
import java.security.cert.CertificateParsingException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Who is believed about the certificates of one host. */
public record Authorities(List<X509Certificate> certificates) {
    private static final int DNS_NAME = 2;

    public Authorities {
        certificates = List.copyOf(certificates);
    }

    /**
     * Reads what {@code ca.crt} holds.
     *
     * @throws IllegalArgumentException if a certificate in it cannot be read
     */
    public static Authorities read(String pem) {
        return new Authorities(KeyAndChain.certificates(pem));
    }

    public String pem() {
        return certificates.stream().map(CertificateAuthority::pem).collect(Collectors.joining());
    }

    /** Both, these first, each once. */
    public Authorities and(Authorities more) {
        return new Authorities(Stream.concat(certificates.stream(), more.certificates.stream())
                .distinct()
                .toList());
    }

    /** Those of them that have not ended by then. */
    public Authorities after(Instant now) {
        return new Authorities(certificates.stream()
                .filter(certificate -> certificate.getNotAfter().toInstant().isAfter(now))
                .toList());
    }

    /**
     * Whether they vouch for a certificate.
     *
     * @param chain the certificate first
     * @param when as of then; revocations are not asked for
     */
    public boolean vouchFor(List<X509Certificate> chain, Instant when) {
        X509Certificate leaf = chain.get(0);
        if (certificates.contains(leaf)) {
            return true;
        }
        if (certificates.isEmpty()) {
            return false;
        }
        X509CertSelector wanted = new X509CertSelector();
        wanted.setCertificate(leaf);
        try {
            Set<TrustAnchor> anchors = certificates.stream()
                    .map(certificate -> new TrustAnchor(certificate, null))
                    .collect(Collectors.toSet());
            PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, wanted);
            parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(chain)));
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(when));
            CertPathBuilder.getInstance("PKIX").build(parameters);
            return true;
        } catch (CertPathBuilderException e) {
            return false;
        } catch (InvalidAlgorithmParameterException e) {
            throw new IllegalStateException("there are anchors", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has PKIX", e);
        }
    }

    /** Whether a certificate is of {@code host}: by a DNS name of its own, whose first label may be a star. */
    public static boolean names(X509Certificate certificate, String host) {
        String wished = host.toLowerCase(Locale.ROOT);
        String star = "*" + wished.substring(Math.max(0, wished.indexOf('.')));
        return dnsNames(certificate)
                .map(name -> name.toLowerCase(Locale.ROOT))
                .anyMatch(name -> name.equals(wished) || name.equals(star));
    }

    /** The DNS names of a certificate. */
    public static Stream<String> dnsNames(X509Certificate certificate) {
        try {
            Collection<List<?>> names = Optional.ofNullable(certificate.getSubjectAlternativeNames())
                    .orElse(List.of());
            return names.stream().filter(name -> name.get(0).equals(DNS_NAME)).map(name -> String.valueOf(name.get(1)));
        } catch (CertificateParsingException e) {
            return Stream.of();
        }
    }
}
