package io.redisroles.operator.admission;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.redisroles.operator.certificate.Authorities;
import io.redisroles.operator.certificate.CertificateAuthority;
import io.redisroles.operator.certificate.KeyAndChain;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Certificates of an authority of our own, in one Secret that all replicas share. Whoever finds it absent or due writes it;
 * whoever is second finds that out by its resource version and takes what the first wrote.
 *
 * @param client to read and write the Secret with
 * @param namespace of the Secret
 * @param names by which the webhook is reached
 * @param clock to know what is due
 * @param random for keys
 */
record ManagedCertificates(
        KubernetesClient client, String namespace, List<String> names, InstantSource clock, SecureRandom random)
        implements CertificateSource {
    static final String SECRET = "redis-roles-webhook-tls";

    private static final Logger log = LoggerFactory.getLogger(ManagedCertificates.class);
    private static final Duration RENEW_BEFORE = Duration.ofDays(30);
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    ManagedCertificates {
        names = List.copyOf(names);
    }

    @Override
    public Material current() {
        Optional<Secret> known = read();
        Optional<Material> usable = known.flatMap(this::material).filter(this::isFresh);
        return usable.orElseGet(() -> renew(known));
    }

    private Optional<Secret> read() {
        return Optional.ofNullable(
                client.secrets().inNamespace(namespace).withName(SECRET).get());
    }

    private Material renew(Optional<Secret> known) {
        Instant now = clock.instant();
        Optional<CertificateAuthority> kept = known.flatMap(this::authority)
                .filter(authority -> authority.identity().end().isAfter(now.plus(CertificateAuthority.LEAF_LIFE)));
        CertificateAuthority authority =
                kept.orElseGet(() -> CertificateAuthority.create("redis-roles-webhook-ca", now, random));
        KeyAndChain leaf = authority.issue("redis-roles-webhook", names, now);
        // What other replicas still serve stays trusted until they have seen the new one.
        String former = kept.isPresent()
                ? ""
                : known.map(secret -> text(secret, "ca.crt")).orElse("");
        Map<String, String> content = new TreeMap<>(Map.of(
                "tls.crt", CertificateAuthority.pem(leaf.certificate()),
                "tls.key", CertificateAuthority.pem(leaf.key()),
                "ca.crt", CertificateAuthority.pem(authority.identity().certificate()) + stillValid(former, now),
                "ca.key", CertificateAuthority.pem(authority.identity().key())));
        try {
            Secret written = write(known, content);
            log.atInfo().addKeyValue("until", leaf.end()).log("renewed the webhook's certificate");
            return material(written).orElseThrow();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
            return read().flatMap(this::material)
                    .orElseThrow(() -> new IllegalStateException("Secret " + SECRET + " changes all the time", e));
        }
    }

    private Secret write(Optional<Secret> known, Map<String, String> content) {
        Map<String, String> data = content.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        entry -> Base64.getEncoder()
                                .encodeToString(entry.getValue().getBytes(StandardCharsets.UTF_8))));
        if (known.isPresent()) {
            return client.resource(new SecretBuilder(known.get()).withData(data).build())
                    .lockResourceVersion()
                    .update();
        }
        return client.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName(SECRET)
                        .withNamespace(namespace)
                        .endMetadata()
                        .withType("kubernetes.io/tls")
                        .withData(data)
                        .build())
                .create();
    }

    private Optional<Material> material(Secret secret) {
        try {
            return Optional.of(new Material(
                    KeyAndChain.read(text(secret, "tls.key"), text(secret, "tls.crt")),
                    Optional.of(text(secret, "ca.crt")).filter(pem -> !pem.isEmpty())));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private Optional<CertificateAuthority> authority(Secret secret) {
        try {
            return Optional.of(
                    new CertificateAuthority(KeyAndChain.read(text(secret, "ca.key"), text(secret, "ca.crt")), random));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private boolean isFresh(Material material) {
        return material.authorities().isPresent()
                && material.identity().end().isAfter(clock.instant().plus(RENEW_BEFORE))
                && hasNames(material.identity().certificate());
    }

    private boolean hasNames(X509Certificate certificate) {
        try {
            return Optional.ofNullable(certificate.getSubjectAlternativeNames()).orElse(List.of()).stream()
                    .filter(name -> name.get(0).equals(DNS_NAME) || name.get(0).equals(IP_ADDRESS))
                    .map(name -> String.valueOf(name.get(1)))
                    .collect(Collectors.toSet())
                    .containsAll(names);
        } catch (CertificateParsingException e) {
            return false;
        }
    }

    private static String stillValid(String pem, Instant now) {
        try {
            return Authorities.read(pem).after(now).pem();
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static String text(Secret secret, String key) {
        return Optional.ofNullable(secret.getData())
                .map((Map<String, String> data) -> data.get(key))
                .map(value -> new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8))
                .orElse("");
    }
}
