package io.redisroles.operator.admission;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.redisroles.apiserver.ApiServerTest;
import io.redisroles.apiserver.RealApiServer;
import io.redisroles.operator.certificate.CertificateAuthority;
import io.redisroles.operator.certificate.KeyAndChain;
import io.redisroles.operator.injection.InjectionSettings;
import io.redisroles.operator.injection.InjectionSettings.Capabilities;
import io.redisroles.operator.plan.PlanSettings;
import io.redisroles.operator.reading.LenientReading;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * Whether a real API server goes on trusting the webhook while certificates and authorities change. Where injection is enabled,
 * a pod is stored only if it does.
 */
@ApiServerTest
class CertificatesOnApiServerTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final List<String> HERE = List.of("127.0.0.1");

    private final Map<RunningWebhooks, AtomicInteger> running = new HashMap<>();
    private KubernetesClient client;
    private InstalledWebhooks installed;
    private String namespace;

    @BeforeEach
    void start(RealApiServer server) {
        server.applyCrds();
        client = new KubernetesClientBuilder()
                .withConfig(server.config())
                .withKubernetesSerialization(LenientReading.serialization())
                .build();
        installed = new InstalledWebhooks(client);
        namespace = server.newNamespace();
        client.namespaces()
                .withName(namespace)
                .edit(known -> new NamespaceBuilder(known)
                        .editMetadata()
                        .addToLabels(Map.of("redisroles.io/injection", "enabled"))
                        .endMetadata()
                        .build());
        deleteSecret();
    }

    @AfterEach
    void stop() {
        running.keySet().forEach(RunningWebhooks::close);
        installed.remove();
        deleteSecret();
        client.close();
    }

    @Test
    void filesOfCertManagerAreServedAndChangedOnesWithoutARestart(@TempDir Path directory) throws IOException {
        // Given what the kubelet mounts
        CertificateAuthority authority = CertificateAuthority.create("tests", Instant.now(), new SecureRandom());
        KeyAndChain first = authority.issue("webhook", HERE, Instant.now());
        mount(directory, first.key(), first.certificate());
        RunningWebhooks webhooks = serve(new MountedCertificates(directory));
        installed.pointTo(webhooks.port());
        installed.trust(pem(authority));
        awaitTrust(webhooks);
        assertThat(served(webhooks)).isEqualTo(first.certificate().getSerialNumber());

        // When another authority issues the next one, and the kubelet exchanges the files
        CertificateAuthority next = CertificateAuthority.create("tests", Instant.now(), new SecureRandom());
        KeyAndChain second = next.issue("webhook", HERE, Instant.now());
        installed.trust(pem(authority) + pem(next));
        mount(directory, second.key(), second.certificate());
        webhooks.keepCertificate();
        installed.trust(pem(next));

        // Then
        awaitTrust(webhooks);
        assertThat(served(webhooks)).isEqualTo(second.certificate().getSerialNumber());
    }

    @Test
    void filesThatDoNotFitAreNotServed(@TempDir Path directory) throws IOException {
        // Given
        CertificateAuthority authority = CertificateAuthority.create("tests", Instant.now(), new SecureRandom());
        KeyAndChain first = authority.issue("webhook", HERE, Instant.now());
        mount(directory, first.key(), first.certificate());
        RunningWebhooks webhooks = serve(new MountedCertificates(directory));
        KeyAndChain second = authority.issue("webhook", HERE, Instant.now());

        // When, Then
        mount(directory, second.key(), first.certificate());
        assertThatThrownBy(webhooks::keepCertificate).hasMessage(directory + ": tls.key is not the key of tls.crt");
        Files.delete(directory.resolve("tls.key"));
        assertThatThrownBy(webhooks::keepCertificate).hasMessage(directory + ": expected tls.crt and tls.key");
        assertThat(served(webhooks)).isEqualTo(first.certificate().getSerialNumber());
    }

    @Test
    void anAuthorityThatEndsIsFollowedByAnotherWhileBothAreTrusted() throws IOException {
        // Given an authority that ends in 45 days, with a certificate of two months ago, served by two replicas
        Instant now = Instant.now();
        TestClock clock = new TestClock(now.minus(Duration.ofDays(1780)));
        RunningWebhooks renewing = serve(managed(clock));
        installed.pointTo(renewing.port());
        clock.now = now.minus(Duration.ofDays(61));
        renewing.keepCertificate();
        RunningWebhooks late = serve(managed(clock));
        installed.pointTo(late.port());
        late.keepCertificate();
        awaitTrust(late);
        String former = installed.trusted();
        assertThat(KeyAndChain.certificates(former)).hasSize(1);

        // When one of them finds the authority too short for another certificate
        clock.now = now;
        renewing.keepCertificate();

        // Then
        List<X509Certificate> both = KeyAndChain.certificates(installed.trusted());
        assertThat(both).hasSize(2).contains(KeyAndChain.certificates(former).get(0));
        assertThat(served(late)).as("the other has not looked yet").isNotEqualTo(served(renewing));
        awaitTrust(late);
        installed.pointTo(renewing.port());
        awaitTrust(renewing);
        late.keepCertificate();
        assertThat(served(late)).isEqualTo(served(renewing));

        // When the next certificate is due
        clock.now = now.plus(Duration.ofDays(61));
        renewing.keepCertificate();

        // Then
        assertThat(KeyAndChain.certificates(installed.trusted()))
                .as("nobody serves what the former authority issued")
                .containsExactly(both.get(0));
    }

    private RunningWebhooks serve(CertificateSource source) throws IOException {
        AtomicInteger reviews = new AtomicInteger();
        RunningWebhooks started = RunningWebhooks.start(
                client,
                0,
                source,
                new InjectionSettings("sidecar:test", "redirect:test", Capabilities.of(35)),
                new PlanSettings("redis:test", InstalledWebhooks.NAMESPACE),
                Set.of(namespace),
                (webhook, outcome, taken) -> reviews.incrementAndGet());
        running.put(started, reviews);
        return started;
    }

    private ManagedCertificates managed(InstantSource clock) {
        return new ManagedCertificates(client, "default", HERE, clock, new SecureRandom());
    }

    private static String pem(CertificateAuthority authority) {
        return CertificateAuthority.pem(authority.identity().certificate());
    }

    /** As the kubelet does: each file is exchanged at once. */
    private static void mount(Path directory, Object key, Object certificate) throws IOException {
        for (Map.Entry<String, Object> file :
                Map.of("tls.key", key, "tls.crt", certificate).entrySet()) {
            Path next = Files.writeString(directory.resolve(".next"), CertificateAuthority.pem(file.getValue()));
            Files.move(next, directory.resolve(file.getKey()), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** The serial number of what a new connection is answered with. */
    private static BigInteger served(RunningWebhooks webhooks) throws IOException {
        return Handshake.with(webhooks.port()).getSerialNumber();
    }

    /** For longer than the API server takes to hear of changed configurations: it asks this one, and believes it. */
    private void awaitTrust(RunningWebhooks webhooks) {
        await("pods are admitted by it")
                .atMost(LIMIT)
                .during(Duration.ofSeconds(1))
                .ignoreExceptions()
                .until(() -> {
                    int before = reviews(webhooks);
                    client.pods()
                            .inNamespace(namespace)
                            .resource(pod())
                            .dryRun()
                            .create();
                    return reviews(webhooks) > before;
                });
    }

    private int reviews(RunningWebhooks webhooks) {
        return Objects.requireNonNull(running.get(webhooks)).get();
    }

    private Pod pod() {
        return client.getKubernetesSerialization().unmarshal("""
                apiVersion: v1
                kind: Pod
                metadata: {name: shop}
                spec: {containers: [{name: app, image: "shop:1"}]}
                """, Pod.class);
    }

    private void deleteSecret() {
        client.secrets()
                .inNamespace("default")
                .withName(ManagedCertificates.SECRET)
                .delete();
    }

    /** A clock that is moved. */
    private static final class TestClock implements InstantSource {
        private volatile Instant now;

        private TestClock(Instant now) {
            this.now = now;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
