package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.lettuce.core.RedisException;
import io.redisroles.api.v1alpha1.Condition;
import io.redisroles.apiserver.ApiServerTest;
import io.redisroles.apiserver.RealApiServer;
import io.redisroles.operator.certificate.Authorities;
import io.redisroles.operator.certificate.ClientCertificate;
import io.redisroles.operator.certificate.IssuedCertificates;
import io.redisroles.operator.status.ConditionType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Roles whose Redis asks its clients for certificates, with a real redis-server. */
@ApiServerTest
class ClientCertificatesOnApiServerTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String REQUIRED = "  tls: {mode: Managed, clientCertificates: Required}\n";
    private static final String DISABLED = "  tls: {mode: Managed}\n";

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
    void whoHasACertificateOfTheRolesAuthorityIsLetInAndNobodyElse() {
        // Given
        serve(REQUIRED);

        // When
        Map<String, String> binding = secret("redis-gateway.app");

        // Then
        assertThat(isLetIn(binding)).isTrue();
        assertThat(isLetIn(sidecar())).as("the sidecars of a policy").isTrue();
        assertThat(isLetIn(probe(binding)))
                .as("by the certificate of the probes")
                .isTrue();
        assertThat(isLetIn(without(binding))).as("without a certificate").isFalse();
        assertThat(isLetIn(with(binding, new IssuedCertificates().issueToClient("app"))))
                .as("by somebody else's authority")
                .isFalse();
        Map<String, String> served = secret("redis-gateway-tls");
        assertThat(isLetIn(with(
                        binding,
                        new ClientCertificate(served.getOrDefault("tls.crt", ""), served.getOrDefault("tls.key", "")))))
                .as("by the server's certificate")
                .isFalse();
        assertThat(secret("redis-gateway.reader").getOrDefault("certificates", ""))
                .as("each has its own")
                .isNotEqualTo(binding.getOrDefault("certificates", ""));
    }

    @Test
    void aSteadyRoleIsWrittenNothing() {
        // Given
        serve(REQUIRED);
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
    void clientsHaveTheirCertificatesBeforeRedisAsksAndAfterItHasStopped() {
        // Given
        serve(DISABLED);
        Map<String, String> before = secret("redis-gateway.app");
        assertThat(before).doesNotContainKeys("certificates", "private-key");
        assertThat(sidecar()).doesNotContainKey("certificates");
        try (BoundClient lasting = connect(before)) {

            // When
            cluster.apply(role(REQUIRED));

            // Then
            await("the binding")
                    .atMost(LIMIT)
                    .until(() -> secret("redis-gateway.app").containsKey("certificates"));
            await("the policy").atMost(LIMIT).until(() -> sidecar().containsKey("certificates"));
            awaitConfig("False/HandingOut");
            assertThat(message()).contains("once its pod has one too");
            assertThat(isLetIn(before)).isTrue();

            // When the pod has them
            cluster.node().sync("gateway");

            // Then
            await("a time").atMost(LIMIT).until(() -> message().contains(" on, when nodes have written them"));
            assertThat(isLetIn(before)).isTrue();

            // When everybody has had the time
            cluster.moveClock(Duration.ofMinutes(2));

            // Then
            awaitConfig("True/Applied");
            await("the first refusal").atMost(LIMIT).until(() -> !isLetIn(before));
            Map<String, String> after = secret("redis-gateway.app");
            assertThat(isLetIn(after)).isTrue();
            assertThat(isLetIn(sidecar())).isTrue();
            assertThat(lasting.set()).as("a connection of before").isEqualTo("OK");
            assertThat(without(after)).as("all else is as it was").isEqualTo(without(before));

            // When
            cluster.apply(role(DISABLED));

            // Then
            await("nobody to be asked").atMost(LIMIT).until(() -> isLetIn(before));
            await("certificates to go")
                    .atMost(LIMIT)
                    .until(() -> find("redis-gateway-clients").isEmpty()
                            && !secret("redis-gateway.app").containsKey("certificates")
                            && !sidecar().containsKey("certificates"));
            assertThat(cluster.isTrue("gateway", ConditionType.READY)).isTrue();
        }
        assertNoRestart();
    }

    @Test
    void clientsAreRenewedAfterTheServer() {
        // Given
        serve(REQUIRED);
        Map<String, String> before = secret("redis-gateway.app");

        // When, not in the second in which clients got theirs: certificates tell their beginning in whole seconds
        cluster.moveClock(Duration.ofSeconds(2));
        delete("redis-gateway-tls");

        // Then
        awaitCertificate("Renewing");
        assertThat(secret("redis-gateway.app")).isEqualTo(before);

        // When
        cluster.node().sync("gateway");

        // Then
        awaitCertificate("Served");
        await("the binding")
                .atMost(LIMIT)
                .until(() -> !secret("redis-gateway.app")
                        .getOrDefault("certificates", "")
                        .equals(before.getOrDefault("certificates", "")));
        assertThat(isLetIn(secret("redis-gateway.app"))).isTrue();
        assertThat(isLetIn(before)).as("for as long as it is valid").isTrue();
        await("the policy").atMost(LIMIT).until(() -> isLetIn(sidecar()));
        assertNoRestart();
    }

    @Test
    void aFormerAuthoritysClientsAreRefusedOnceAllHaveTheNew() {
        // Given
        serve(REQUIRED);
        Map<String, String> before = secret("redis-gateway.app");

        // When
        delete("redis-gateway-ca");

        // Then both are believed, and clients have what Redis believes already
        awaitCertificate("Renewing");
        await("both authorities").atMost(LIMIT).until(() -> authorities() == 2);
        assertThat(isLetIn(secret("redis-gateway.app"))).isTrue();

        // When
        cluster.node().sync("gateway");

        // Then clients have certificates of the new
        await("the binding")
                .atMost(LIMIT)
                .until(() -> !secret("redis-gateway.app")
                        .getOrDefault("certificates", "")
                        .equals(before.getOrDefault("certificates", "")));
        assertThat(isLetIn(secret("redis-gateway.app"))).isTrue();
        await("the former authority to go").atMost(LIMIT).until(() -> authorities() == 1);
        awaitCertificate("Renewing");

        // When Redis forgets the former
        cluster.node().sync("gateway");

        // Then
        awaitCertificate("Served");
        Map<String, String> after = secret("redis-gateway.app");
        assertThat(isLetIn(after)).isTrue();
        assertThat(isLetIn(with(
                        after,
                        new ClientCertificate(
                                before.getOrDefault("certificates", ""), before.getOrDefault("private-key", "")))))
                .isFalse();
        assertNoRestart();
    }

    @Test
    void anOperatorThatIsLetInNoMoreStartsTheRoleAnew() {
        // Given
        serve(REQUIRED);

        // When
        cluster.endAfterWrites(0);
        delete("redis-gateway-ca");
        delete("redis-gateway-clients");
        cluster.restart();

        // Then
        await("the pod to go").atMost(LIMIT).until(() -> pod().isEmpty());
        cluster.node().stop("gateway");
        podUid = cluster.node().serve("gateway").getMetadata().getUid();
        await("the former authority to go").atMost(LIMIT).until(() -> authorities() == 1);
        cluster.node().sync("gateway");
        awaitCertificate("Served");
        await("the binding").atMost(LIMIT).until(() -> isLetIn(secret("redis-gateway.app")));
    }

    private void serve(String tls) {
        cluster.apply(role(tls));
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
        await("Ready")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(cluster.isTrue("gateway", ConditionType.READY)
                                && cluster.isTrue("gateway", ConditionType.CERTIFICATE_SERVED)
                                && cluster.policyCondition("web", ConditionType.PROGRAMMED)
                                        .filter(condition -> condition.status().equals("True"))
                                        .isPresent())
                        .as(() -> cluster.describe(List.of("gateway")))
                        .isTrue());
    }

    private boolean isLetIn(Map<String, String> binding) {
        try (BoundClient client = connect(binding)) {
            return client.isOpen();
        } catch (RedisException e) {
            return false;
        }
    }

    private BoundClient connect(Map<String, String> binding) {
        return new BoundClient(cluster.node().address("gateway"), binding);
    }

    private static Map<String, String> without(Map<String, String> binding) {
        Map<String, String> less = new HashMap<>(binding);
        less.remove("certificates");
        less.remove("private-key");
        return less;
    }

    private static Map<String, String> with(Map<String, String> binding, ClientCertificate certificate) {
        Map<String, String> other = new HashMap<>(binding);
        other.put("certificates", certificate.chain());
        other.put("private-key", certificate.key());
        return other;
    }

    private Map<String, String> probe(Map<String, String> binding) {
        Map<String, String> mounted = secret("redis-gateway-tls");
        return with(
                binding,
                new ClientCertificate(mounted.getOrDefault("client.crt", ""), mounted.getOrDefault("client.key", "")));
    }

    /** What a policy's sidecars have, as a binding has it. */
    private Map<String, String> sidecar() {
        Map<String, String> mounted = secret("policy-web");
        Map<String, String> binding = new HashMap<>(Map.of(
                "username", "_policy.web",
                "password", mounted.getOrDefault("limits.password", ""),
                "ca.crt", mounted.getOrDefault("limits.ca.crt", "")));
        String pem = mounted.getOrDefault("limits.client.pem", "");
        return pem.isEmpty() ? binding : with(binding, new ClientCertificate(pem, pem));
    }

    private void awaitCertificate(String reason) {
        await(reason)
                .pollInterval(Duration.ofMillis(50))
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(cluster.condition("gateway", ConditionType.CERTIFICATE_SERVED)
                                .map(Condition::reason))
                        .as(() -> cluster.describe(List.of("gateway")))
                        .hasValue(reason));
    }

    private void awaitConfig(String condition) {
        await(condition)
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(cluster.condition("gateway", ConditionType.CONFIG_APPLIED)
                                .map(found -> found.status() + "/" + found.reason()))
                        .as(() -> cluster.describe(List.of("gateway")))
                        .hasValue(condition));
    }

    private String message() {
        return cluster.condition("gateway", ConditionType.CONFIG_APPLIED)
                .map(Condition::message)
                .orElse("");
    }

    private int authorities() {
        return Authorities.read(secret("redis-gateway-tls").getOrDefault("ca.crt", ""))
                .certificates()
                .size();
    }

    private void delete(String secret) {
        cluster.client()
                .secrets()
                .inNamespace(cluster.namespace())
                .withName(secret)
                .delete();
    }

    /** Content of a Secret; empty while it is not there. */
    private Map<String, String> secret(String name) {
        return find(name)
                .map(found -> found.getData().entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey,
                                entry -> new String(
                                        Base64.getDecoder().decode(entry.getValue()), StandardCharsets.UTF_8))))
                .orElse(Map.of());
    }

    private Optional<Secret> find(String name) {
        return Optional.ofNullable(cluster.client()
                .secrets()
                .inNamespace(cluster.namespace())
                .withName(name)
                .get());
    }

    private Optional<Pod> pod() {
        return Optional.ofNullable(cluster.client()
                .pods()
                .inNamespace(cluster.namespace())
                .withName("redis-gateway-0")
                .get());
    }

    private void assertNoRestart() {
        Pod pod = pod().orElseThrow();
        assertThat(pod.getMetadata().getUid()).isEqualTo(podUid);
        assertThat(pod.getMetadata().getDeletionTimestamp()).isNull();
    }

    private static String role(String more) {
        return "apiVersion: redisroles.io/v1alpha1\nkind: RedisRole\nmetadata: {name: gateway}\nspec:\n  role: gateway\n"
                + "  consumers: [{name: app, keys: ['a:*']}, {name: reader, access: ReadOnly, keys: ['a:*']}]\n" + more;
    }
}
