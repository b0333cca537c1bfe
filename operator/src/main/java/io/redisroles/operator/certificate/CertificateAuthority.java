package io.redisroles.operator.certificate;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * An authority of our own: of the webhook, or of one role. Only those trust it whom we tell.
 *
 * @param identity its key and its certificate
 * @param random for keys and serial numbers
 */
public record CertificateAuthority(KeyAndChain identity, SecureRandom random) {
    /** Of the authority. */
    public static final Duration LIFE = Duration.ofDays(1825);
    /** Of a certificate that it issues. */
    public static final Duration LEAF_LIFE = Duration.ofDays(90);

    /** So much earlier a certificate begins than it is issued: clocks of nodes differ. */
    static final Duration BEFORE = Duration.ofHours(1);

    private interface Step<T> {
        T run() throws GeneralSecurityException, IOException, OperatorCreationException;
    }

    /** Adds to a certificate what not every one has. */
    private interface Extending {
        X509v3CertificateBuilder to(X509v3CertificateBuilder builder) throws IOException;
    }

    /**
     * Makes one.
     *
     * @param name its common name, at most 64 characters
     */
    public static CertificateAuthority create(String name, Instant now, SecureRandom random) {
        KeyPair keys = keys(random);
        X500Name subject = commonName(name);
        X509Certificate certificate = run(() -> {
            X509v3CertificateBuilder builder = builder(subject, subject, keys, now, LIFE, random)
                    .addExtension(
                            Extension.subjectKeyIdentifier,
                            false,
                            new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()))
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
            return sign(builder, keys.getPrivate());
        });
        return new CertificateAuthority(new KeyAndChain(keys.getPrivate(), List.of(certificate)), random);
    }

    /**
     * Issues a certificate for a server.
     *
     * @param name its common name, at most 64 characters
     * @param names DNS names and IP addresses that it is reached by
     */
    public KeyAndChain issue(String name, List<String> names, Instant now) {
        GeneralName[] alternatives = names.stream()
                .map(text ->
                        new GeneralName(text.matches("[0-9.]+") ? GeneralName.iPAddress : GeneralName.dNSName, text))
                .toArray(GeneralName[]::new);
        return issue(
                name,
                KeyPurposeId.id_kp_serverAuth,
                now,
                builder ->
                        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(alternatives)));
    }

    /**
     * Issues a certificate for a client: no server's name is in it, and it is good for nothing else.
     *
     * @param name its common name, at most 64 characters
     */
    public KeyAndChain issueToClient(String name, Instant now) {
        return issue(name, KeyPurposeId.id_kp_clientAuth, now, builder -> builder);
    }

    /** Whether it issued a certificate of ours: told by the key that the certificate names, without a look at signatures. */
    boolean hasIssued(X509Certificate certificate) {
        byte[] named = Optional.ofNullable(certificate.getExtensionValue(Extension.authorityKeyIdentifier.getId()))
                .orElse(new byte[0]);
        byte[] ours = run(() -> new DEROctetString(keyIdentifier()).getEncoded());
        return Arrays.equals(named, ours);
    }

    private AuthorityKeyIdentifier keyIdentifier() throws GeneralSecurityException {
        return new JcaX509ExtensionUtils()
                .createAuthorityKeyIdentifier(identity.certificate().getPublicKey());
    }

    private KeyAndChain issue(String name, KeyPurposeId purpose, Instant now, Extending more) {
        KeyPair keys = keys(random);
        X509Certificate certificate = run(() -> {
            X500Name issuer = X500Name.getInstance(
                    identity.certificate().getSubjectX500Principal().getEncoded());
            X509v3CertificateBuilder builder = builder(issuer, commonName(name), keys, now, LEAF_LIFE, random)
                    // Tells an authority from the one that it follows, which has the same name.
                    .addExtension(Extension.authorityKeyIdentifier, false, keyIdentifier())
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                    .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
            return sign(more.to(builder), identity.key());
        });
        return new KeyAndChain(keys.getPrivate(), List.of(certificate));
    }

    /** A private key (PKCS 8) or a certificate, in PEM. */
    public static String pem(Object object) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object instanceof PrivateKey key ? new JcaPKCS8Generator(key, null) : object);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static X500Name commonName(String name) {
        return new X500NameBuilder().addRDN(BCStyle.CN, name).build();
    }

    private static X509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, KeyPair keys, Instant now, Duration life, SecureRandom random) {
        return new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(127, random),
                Date.from(now.minus(BEFORE)),
                Date.from(now.plus(life)),
                subject,
                keys.getPublic());
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key)
            throws GeneralSecurityException, OperatorCreationException {
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
    }

    private static KeyPair keys(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256, random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has EC", e);
        }
    }

    private static <T> T run(Step<T> step) {
        try {
            return step.run();
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new IllegalStateException("a certificate could not be made", e);
        }
    }
}
