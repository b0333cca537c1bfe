package io.redisroles.operator.certificate;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/**
 * A private key and its certificate, with those that vouch for it.
 *
 * @param key never shown
 * @param chain its certificate first
 */
public record KeyAndChain(PrivateKey key, List<X509Certificate> chain) {
    public KeyAndChain {
        chain = List.copyOf(chain);
    }

    /**
     * Reads what {@code tls.key} and {@code tls.crt} hold.
     *
     * @throws IllegalArgumentException if that is no key or no certificate
     */
    public static KeyAndChain read(String keyPem, String chainPem) {
        List<X509Certificate> chain = certificates("tls.crt", chainPem);
        try (PEMParser parser = new PEMParser(new StringReader(keyPem))) {
            JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
            // OpenSSL writes a curve's parameters before its key.
            for (Object found = parser.readObject(); found != null; found = parser.readObject()) {
                if (found instanceof PrivateKeyInfo info) {
                    return new KeyAndChain(converter.getPrivateKey(info), chain);
                }
                if (found instanceof PEMKeyPair pair) {
                    return new KeyAndChain(converter.getKeyPair(pair).getPrivate(), chain);
                }
            }
            throw new IllegalArgumentException("tls.key has no private key in PEM without a pass phrase");
        } catch (IOException e) {
            throw new IllegalArgumentException("tls.key cannot be read", e);
        }
    }

    /**
     * Reads certificates; of no PEM there are none.
     *
     * @throws IllegalArgumentException if one cannot be read
     */
    public static List<X509Certificate> certificates(String pem) {
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (CertificateException e) {
            throw new IllegalArgumentException("no certificates in PEM", e);
        }
    }

    private static List<X509Certificate> certificates(String part, String pem) {
        try {
            List<X509Certificate> found = certificates(pem);
            if (!found.isEmpty()) {
                return found;
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(part + " has no certificate in PEM", e);
        }
        throw new IllegalArgumentException(part + " has no certificate in PEM");
    }

    public X509Certificate certificate() {
        return chain.get(0);
    }

    /** Whether it is the certificate's key: what the key signs, the certificate confirms. */
    public boolean fits() {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC", "ECDSA" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
        byte[] text = "the key of this certificate".getBytes(StandardCharsets.US_ASCII);
        try {
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(text);
            Signature verifying = Signature.getInstance(algorithm);
            verifying.initVerify(certificate().getPublicKey());
            verifying.update(text);
            return verifying.verify(signing.sign());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    public Instant end() {
        return certificate().getNotAfter().toInstant();
    }

    @Override
    public String toString() {
        return "KeyAndChain[" + certificate().getSubjectX500Principal() + " until " + end() + "]";
    }
}
