package io.redisroles.operator.certificate;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * What a role's Redis serves; {@link #toString} does not show the key.
 *
 * @param chain its certificate first, PEM
 * @param key of that certificate, PEM
 * @param authorities whom clients are to believe, PEM
 */
public record RoleCertificate(String chain, String key, String authorities) {
    /** The keys of a Secret of type {@code kubernetes.io/tls}. */
    public static final String CHAIN = "tls.crt";

    public static final String KEY = "tls.key";
    public static final String AUTHORITIES = "ca.crt";

    /** What is wrong with a certificate. */
    public enum Fault {
        /** A part is missing or is not what it should be, or the parts do not belong together. */
        INVALID,
        /** Its time is over, or has not come. */
        EXPIRED
    }

    /**
     * One fault.
     *
     * @param message what is wrong, and what to do
     */
    public record Finding(Fault fault, String message) {}

    /** What a Secret holds; a part that it lacks is empty. */
    public static RoleCertificate of(Map<String, String> content) {
        return new RoleCertificate(
                content.getOrDefault(CHAIN, ""), content.getOrDefault(KEY, ""), content.getOrDefault(AUTHORITIES, ""));
    }

    /** What a Secret should hold. */
    public Map<String, String> content() {
        return Map.of(CHAIN, chain, KEY, key, AUTHORITIES, authorities);
    }

    /**
     * What keeps clients of {@code host} from believing it.
     *
     * @param host that clients connect to
     * @return empty if nothing does
     */
    public Optional<Finding> finding(String host, Instant now) {
        for (Map.Entry<String, String> part : Map.of(CHAIN, chain, KEY, key).entrySet()) {
            if (part.getValue().isBlank()) {
                return invalid(part.getKey() + " is missing");
            }
        }
        if (authorities.isBlank()) {
            return invalid("ca.crt is missing: clients are told to believe it; add the authority's certificate");
        }
        Authorities known;
        try {
            known = Authorities.read(authorities);
        } catch (IllegalArgumentException e) {
            return invalid("ca.crt has no certificates in PEM");
        }
        try {
            return finding(KeyAndChain.read(key, chain), known, host, now);
        } catch (IllegalArgumentException e) {
            return invalid(String.valueOf(e.getMessage()));
        }
    }

    private static Optional<Finding> finding(KeyAndChain pair, Authorities known, String host, Instant now) {
        X509Certificate leaf = pair.certificate();
        Instant start = leaf.getNotBefore().toInstant();
        if (!pair.fits()) {
            return invalid("tls.key is not the key of the certificate in tls.crt: replace both at once");
        }
        if (!now.isBefore(pair.end())) {
            return Optional.of(new Finding(Fault.EXPIRED, "the certificate ended at " + pair.end() + ": renew it"));
        }
        if (now.isBefore(start)) {
            return Optional.of(new Finding(Fault.EXPIRED, "the certificate begins only at " + start));
        }
        if (!Authorities.names(leaf, host)) {
            return invalid("the certificate is not of " + host + " but of "
                    + Authorities.dnsNames(leaf).toList() + ": issue one with that DNS name");
        }
        return known.vouchFor(pair.chain(), now)
                ? Optional.empty()
                : invalid(
                        "nobody in ca.crt vouches for the certificate in tls.crt: put the issuer's certificate there");
    }

    /** SHA-256 of the certificate, hexadecimal; it tells certificates apart, whoever asks. */
    public String fingerprint() {
        return fingerprint(KeyAndChain.certificates(chain).get(0));
    }

    public static String fingerprint(X509Certificate certificate) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate that was read can be written", e);
        }
    }

    /** When the certificate ends. */
    public Instant end() {
        return KeyAndChain.certificates(chain).get(0).getNotAfter().toInstant();
    }

    /** The same, with other authorities. */
    public RoleCertificate believing(Authorities other) {
        return new RoleCertificate(chain, key, other.pem());
    }

    @Override
    public String toString() {
        return "RoleCertificate[" + (chain.isBlank() ? "absent" : fingerprint()) + "]";
    }

    private static Optional<Finding> invalid(String message) {
        return Optional.of(new Finding(Fault.INVALID, message));
    }
}
