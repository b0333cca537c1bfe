package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.redisroles.api.v1alpha1.Condition;
import io.redisroles.apiserver.ApiServerTest;
import io.redisroles.apiserver.RealApiServer;
import io.redisroles.operator.certificate.Authorities;
import io.redisroles.operator.certificate.IssuedCertificates;
import io.redisroles.operator.certificate.RoleCertificate;
import io.redisroles.operator.desired.RequestedCertificate;
import io.redisroles.operator.status.ConditionType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Roles with encrypted connections, by each source of a certificate, with a real redis-server. */
@ApiServerTest
class EncryptedRolesOnApiServerTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String CONSUMERS = "  consumers: [{name: app, keys: ['a:*']}]\n";
    private static final String MANAGED = "  tls: {mode: Managed}\n";
    private static final String FROM_SECRET = "  tls: {mode: Secret, secret: {name: gateway-tls}}\n";
    private static final String FROM_ISSUER =
            "  tls: {mode: CertManager, certManager: {issuerRef: {name: in-house, kind: ClusterIssuer}}}\n";

    private final IssuedCertificates issuer = new IssuedCertificates();

    @SuppressWarnings("NullAway.Init") // Set before any test.
    private OperatorOnApiServer cluster;

    private String podUid = "";

    @BeforeEach
    void start(RealApiServer server, @TempDir Path directory) {
        Assumptions.assumeTrue(
                FakeNode.canMount(), "a process here may not have mounts of its own, which certificates are");
        cluster = new OperatorOnApiServer(server, directory);
    }

    @AfterEach
    void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void aRoleServesACertificateOfItsOwnAuthorityThatABindingTells() {
        // Given
        serve(MANAGED);

        // When
        Map<String, String> binding = secret("redis-gateway.app");

        // Then
        assertThat(binding.get("uri")).startsWith("rediss://app:").endsWith(".svc:6379");
        assertThat(binding.get("REDIS_URL")).isEqualTo(binding.get("uri"));
        assertThat(binding.get("ca.crt")).isEqualTo(secret("redis-gateway-tls").get("ca.crt"));
        try (BoundClient app = connect(binding)) {
            assertThat(app.set()).isEqualTo("OK");
        }
        assertThat(served().finding("redis-gateway." + cluster.namespace() + ".svc", Instant.now()))
                .isEmpty();
        assertThat(message()).contains("until " + served().end());
        assertThat(isRefusedInClear()).isTrue();
        assertThat(cluster.events()).contains("gateway Served");
    }

    @Test
    void aSteadyRoleIsWrittenNothing() {
        // Given
        serve(MANAGED);
        await("its Events").atMost(LIMIT).until(() -> cluster.events().contains("CertificateServed=True"));
        cluster.restart();
        cluster.takeWrites();

        // When
        await("another look")
                .during(Duration.ofSeconds(6))
                .atMost(LIMIT)
                .until(() -> cluster.isTrue("gateway", ConditionType.CERTIFICATE_SERVED));

        // Then
        assertThat(cluster.takeWrites()).isEmpty();
    }

    @Test
    void aRenewedCertificateIsServedWithoutARestart() {
        // Given
        serve(MANAGED);
        RoleCertificate before = served();
        Map<String, String> binding = secret("redis-gateway.app");
        try (BoundClient lasting = connect(binding)) {

            // When
            cluster.client()
                    .secrets()
                    .inNamespace(cluster.namespace())
                    .withName("redis-gateway-tls")
                    .delete();

            // Then the pod is told, and what is claimed is what is served
            awaitReason("Renewing");
            assertThat(message()).contains(before.end().toString());
            await("the kubelet to be told")
                    .atMost(LIMIT)
                    .until(() -> served().fingerprint()
                            .startsWith(pod().getMetadata()
                                    .getAnnotations()
                                    .getOrDefault("redisroles.io/certificate", "-")));

            // When
            cluster.node().sync("gateway");

            // Then
            awaitReason("Served");
            assertThat(served().fingerprint()).isNotEqualTo(before.fingerprint());
            assertThat(lasting.set()).isEqualTo("OK");
            try (BoundClient later = connect(binding)) {
                assertThat(later.set())
                        .as("by the authority as it was told before")
                        .isEqualTo("OK");
            }
        }
        assertThat(cluster.events()).contains("gateway Renewing");
        String until = "until " + served().end();
        await("an Event").atMost(LIMIT).until(() -> cluster.events().contains(until));
        assertNoRestart();
    }

    @Test
    void anAuthorityThatWasLostIsReplacedAndBothAreBelievedMeanwhile() {
        // Given
        serve(MANAGED);
        Map<String, String> before = secret("redis-gateway.app");

        // When
        cluster.client()
                .secrets()
                .inNamespace(cluster.namespace())
                .withName("redis-gateway-ca")
                .delete();

        // Then
        awaitReason("Renewing");
        await("the binding").atMost(LIMIT).until(() -> authorities(secret("redis-gateway.app")) == 2);
        cluster.node().sync("gateway");
        awaitReason("Served");
        await("the former authority to go").atMost(LIMIT).until(() -> authorities(secret("redis-gateway.app")) == 1);
        assertThat(secret("redis-gateway.app").get("ca.crt")).isNotEqualTo(before.get("ca.crt"));
        assertNoRestart();
    }

    @Test
    void aRoleThatLosesAllItsKeysIsStartedAnew() {
        // Given
        serve(MANAGED);

        // When
        cluster.endAfterWrites(0);
        for (String name : List.of("redis-gateway-ca", "redis-gateway-tls")) {
            cluster.client()
                    .secrets()
                    .inNamespace(cluster.namespace())
                    .withName(name)
                    .delete();
        }
        cluster.restart();

        // Then
        await("the pod to go").atMost(LIMIT).until(() -> pod() == null);
        cluster.node().stop("gateway");
        podUid = cluster.node().serve("gateway").getMetadata().getUid();
        awaitReason("Served");
    }

    @Test
    void aSecretOfSomebodyElseIsServedAndWhatIsWrongWithItBreaksNothing() {
        // Given none
        cluster.apply(role(FROM_SECRET));
        awaitReason("SecretNotFound");
        assertThat(cluster.client()
                        .apps()
                        .statefulSets()
                        .inNamespace(cluster.namespace())
                        .list()
                        .getItems())
                .isEmpty();

        // When
        RoleCertificate first = issuer.issue(Duration.ZERO, host());
        write("gateway-tls", first, Map.of());
        start();

        // Then
        awaitReason("Served");
        assertThat(served().fingerprint()).isEqualTo(first.fingerprint());

        // When the key is of another
        RoleCertificate second = new IssuedCertificates().issue(Duration.ZERO, host());
        write("gateway-tls", new RoleCertificate(second.chain(), first.key(), second.authorities()), Map.of());

        // Then
        awaitReason("InvalidCertificate");
        assertThat(message()).contains("Secret gateway-tls: tls.key is not the key", "until " + first.end());
        assertThat(cluster.isTrue("gateway", ConditionType.READY)).isTrue();
        assertThat(served()).isEqualTo(first);

        // When it ended
        write("gateway-tls", issuer.issue(Duration.ofDays(91), host()), Map.of());

        // Then
        awaitReason("Expired");
        assertThat(served()).isEqualTo(first);

        // When it is right, and of another authority
        write("gateway-tls", second, Map.of());

        // Then
        awaitReason("Renewing");
        assertThat(authorities(secret("redis-gateway.app"))).isEqualTo(2);
        cluster.node().sync("gateway");
        awaitReason("Served");
        assertThat(served().fingerprint()).isEqualTo(second.fingerprint());
        await("the former authority to go")
                .atMost(LIMIT)
                .until(() ->
                        second.authorities().equals(secret("redis-gateway.app").get("ca.crt")));

        // When it goes
        cluster.client()
                .secrets()
                .inNamespace(cluster.namespace())
                .withName("gateway-tls")
                .delete();

        // Then
        awaitReason("SecretNotFound");
        assertThat(cluster.isTrue("gateway", ConditionType.READY)).isTrue();
        assertNoRestart();
    }

    @Test
    void certManagerIsAskedAndWhatItIssuesIsServed(RealApiServer server) {
        // Given a cluster that does not know it
        GenericKubernetesResource crd = certificateCrd();
        cluster.client().resource(crd).delete();
        cluster.apply(role(FROM_ISSUER));
        awaitReason("CertManagerAbsent");

        // When it is there
        cluster.client().resource(crd).serverSideApply();

        // Then
        awaitReason("Requested");
        GenericKubernetesResource request = certificates().get(0);
        assertThat(request.<String>get("spec", "issuerRef", "kind")).isEqualTo("ClusterIssuer");
        assertThat(request.<List<String>>get("spec", "dnsNames")).contains(host());
        assertThat(request.getMetadata().getOwnerReferences()).hasSize(1);

        // When
        RoleCertificate issued = issuer.issue(Duration.ZERO, host());
        Map<String, String> labels = request.get("spec", "secretTemplate", "labels");
        String secret = request.get("spec", "secretName");
        write(Objects.requireNonNull(secret), issued, Objects.requireNonNull(labels));
        start();

        // Then
        awaitReason("Served");
        assertThat(served().fingerprint()).isEqualTo(issued.fingerprint());

        // When it is renewed
        cluster.takeWrites();
        RoleCertificate renewed = issuer.issue(Duration.ZERO, host());
        write(secret, renewed, labels);
        awaitReason("Renewing");
        cluster.node().sync("gateway");

        // Then
        awaitReason("Served");
        assertThat(served().fingerprint()).isEqualTo(renewed.fingerprint());

        assertThat(cluster.takeWrites())
                .as("what was asked for is as it was")
                .noneMatch(write -> write.contains("/certificates/"));

        // When the role changes its mind
        cluster.apply(role(MANAGED));
        awaitReason("Renewing");
        cluster.node().sync("gateway");

        // Then
        awaitReason("Served");
        await("what was asked for to go")
                .atMost(LIMIT)
                .until(() -> certificates().isEmpty());
        assertThat(cluster.client()
                        .secrets()
                        .inNamespace(cluster.namespace())
                        .withName("redis-gateway-certificate")
                        .get())
                .isNull();
        assertNoRestart();
    }

    @Test
    void encryptionIsTurnedOnByOneRestartAndSidecarsAreTold() {
        // Given
        serve("");
        cluster.apply("""
                apiVersion: redisroles.io/v1alpha1
                kind: AccessPolicy
                metadata: {name: web}
                spec:
                  selector: {matchLabels: {app: web}}
                  ports: [8080]
                  roles: {limits: {name: gateway}}
                  rules:
                  - {name: all, session: None, limits: [{name: all, by: [ip], requests: 100, per: 1m}]}
                """);
        await("the policy").atMost(LIMIT).until(this::isProgrammed);
        assertThat(sidecarConfig()).doesNotContain("authorityFile");

        // When
        cluster.apply(role(MANAGED));
        await("the pod to go").atMost(LIMIT).until(() -> pod() == null);
        cluster.node().stop("gateway");
        podUid = cluster.node().serve("gateway").getMetadata().getUid();

        // Then
        awaitReason("Served");
        await("the policy").atMost(LIMIT).until(this::isProgrammed);
        assertThat(sidecarConfig()).contains("authorityFile: /etc/redisroles/credentials/limits.ca.crt");
        assertThat(secret("policy-web").get("limits.ca.crt"))
                .isEqualTo(secret("redis-gateway-tls").get("ca.crt"));
        assertNoRestart();
    }

    private void serve(String tls) {
        cluster.apply(role(tls));
        start();
        await("Ready")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(cluster.isTrue("gateway", ConditionType.READY)
                                && (tls.isEmpty() || cluster.isTrue("gateway", ConditionType.CERTIFICATE_SERVED)))
                        .as(() -> cluster.describe(List.of("gateway")))
                        .isTrue());
    }

    private void start() {
        await("workload")
                .atMost(LIMIT)
                .until(() -> cluster.client()
                                .apps()
                                .statefulSets()
                                .inNamespace(cluster.namespace())
                                .withName("redis-gateway")
                                .get()
                        != null);
        podUid = cluster.node().serve("gateway").getMetadata().getUid();
    }

    private void awaitReason(String reason) {
        await(reason)
                .pollInterval(Duration.ofMillis(50))
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(cluster.condition("gateway", ConditionType.CERTIFICATE_SERVED)
                                .map(Condition::reason))
                        .as(() -> cluster.describe(List.of("gateway")))
                        .hasValue(reason));
    }

    private String message() {
        return cluster.condition("gateway", ConditionType.CERTIFICATE_SERVED)
                .map(Condition::message)
                .orElse("");
    }

    private String host() {
        return "redis-gateway." + cluster.namespace() + ".svc";
    }

    /** What Redis should serve by now. */
    private RoleCertificate served() {
        return RoleCertificate.of(secret("redis-gateway-tls"));
    }

    private Map<String, String> secret(String name) {
        Secret found = Objects.requireNonNull(
                cluster.client()
                        .secrets()
                        .inNamespace(cluster.namespace())
                        .withName(name)
                        .get(),
                name);
        return found.getData().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        entry -> new String(Base64.getDecoder().decode(entry.getValue()), StandardCharsets.UTF_8)));
    }

    private void write(String name, RoleCertificate certificate, Map<String, String> labels) {
        cluster.client()
                .resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(cluster.namespace())
                        .withLabels(labels)
                        .endMetadata()
                        .withType("kubernetes.io/tls")
                        .withStringData(certificate.content())
                        .build())
                .fieldManager("somebody-else")
                .forceConflicts()
                .serverSideApply();
    }

    private static int authorities(Map<String, String> binding) {
        return Authorities.read(binding.getOrDefault("ca.crt", ""))
                .certificates()
                .size();
    }

    private List<GenericKubernetesResource> certificates() {
        return cluster.client()
                .genericKubernetesResources(
                        RequestedCertificate.GROUP + "/" + RequestedCertificate.VERSION, RequestedCertificate.KIND)
                .inNamespace(cluster.namespace())
                .list()
                .getItems();
    }

    private GenericKubernetesResource certificateCrd() {
        try (InputStream file = getClass().getResourceAsStream("/cert-manager.yaml")) {
            return cluster.client()
                    .getKubernetesSerialization()
                    .unmarshal(Objects.requireNonNull(file), GenericKubernetesResource.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isProgrammed() {
        return cluster.policyCondition("web", ConditionType.PROGRAMMED)
                .filter(condition -> condition.status().equals("True"))
                .isPresent();
    }

    private String sidecarConfig() {
        return cluster.client()
                .configMaps()
                .inNamespace(cluster.namespace())
                .withName("policy-web")
                .get()
                .getData()
                .getOrDefault("sidecar.yaml", "");
    }

    private Pod pod() {
        return cluster.client()
                .pods()
                .inNamespace(cluster.namespace())
                .withName("redis-gateway-0")
                .get();
    }

    private void assertNoRestart() {
        assertThat(pod().getMetadata().getUid()).isEqualTo(podUid);
        assertThat(pod().getMetadata().getDeletionTimestamp()).isNull();
    }

    private boolean isRefusedInClear() {
        RedisClient client = RedisClient.create(RedisURI.builder()
                .withHost(cluster.node().address("gateway"))
                .withPort(6379)
                .withTimeout(Duration.ofSeconds(5))
                .build());
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            return !connection.isOpen();
        } catch (RedisException e) {
            return true;
        } finally {
            client.shutdown();
        }
    }

    private BoundClient connect(Map<String, String> binding) {
        return new BoundClient(cluster.node().address("gateway"), binding);
    }

    private static String role(String more) {
        return "apiVersion: redisroles.io/v1alpha1\nkind: RedisRole\nmetadata: {name: gateway}\nspec:\n  role: gateway\n"
                + CONSUMERS + more;
    }
}
