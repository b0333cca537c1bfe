package io.redisroles.operator.admission;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.redisroles.apiserver.ApiServerTest;
import io.redisroles.apiserver.RealApiServer;
import io.redisroles.contract.ContractPaths;
import io.redisroles.operator.injection.Injection;
import io.redisroles.operator.injection.InjectionSettings;
import io.redisroles.operator.injection.InjectionSettings.Capabilities;
import io.redisroles.operator.injection.Neighbourhood;
import io.redisroles.operator.plan.PlanSettings;
import io.redisroles.operator.reading.LenientReading;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** The webhooks of the chart, served by this JVM to a real API server. */
@ApiServerTest
class WebhooksOnApiServerTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final InjectionSettings INJECTION =
            new InjectionSettings("sidecar:test", "redirect:test", Capabilities.of(35));
    private static final String POLICY = """
            apiVersion: redisroles.io/v1alpha1
            kind: AccessPolicy
            metadata: {name: gateway}
            spec:
              selector: {matchLabels: {app: shop}}
              ports: [8080]
              roles: {limits: {name: %s}}
              rules: [{name: all, session: None}]
            """;
    private static final String ROLE = """
            apiVersion: redisroles.io/v1alpha1
            kind: RedisRole
            metadata: {name: gateway}
            spec: {role: gateway}
            """;
    private static final String POD = """
            apiVersion: v1
            kind: Pod
            metadata: {generateName: shop-, labels: {app: shop}}
            spec: {%s containers: [{name: app, image: "shop:1", ports: [{name: http, containerPort: 8080}],
              readinessProbe: {httpGet: {path: /healthz, port: http}}}]}
            """;

    private final List<String> warnings = new CopyOnWriteArrayList<>();
    private int warned;
    private KubernetesClient client;
    private String namespace;
    private RunningWebhooks webhooks;

    @BeforeEach
    void start(RealApiServer server) throws IOException {
        server.applyCrds();
        client = new KubernetesClientBuilder()
                .withConfig(server.config())
                .withKubernetesSerialization(LenientReading.serialization())
                .withHttpClientBuilderConsumer(builder -> builder.addOrReplaceInterceptor("warnings", new Warnings()))
                .build();
        namespace = server.newNamespace();
        webhooks = serve(certificates(InstantSource.system()));
        new InstalledWebhooks(client).pointTo(webhooks.port());
        webhooks.keepCertificate();
    }

    @AfterEach
    void stop() {
        webhooks.close();
        new InstalledWebhooks(client).remove();
        client.close();
    }

    @Test
    void aSelectedPodIsStoredWithItsSidecarAndOnceOnly() {
        // Given
        apply(ROLE);
        apply(POLICY.formatted("gateway"));
        awaitPolicies(1);

        // When
        Pod pod = create(POD.formatted(""));

        // Then
        assertThat(pod.getSpec().getInitContainers())
                .extracting(Container::getName)
                .containsExactly(ContractPaths.REDIRECT_CONTAINER, ContractPaths.SIDECAR_CONTAINER);
        assertThat(pod.getMetadata().getLabels()).containsEntry("redisroles.io/policy", "gateway");
        assertThat(Injection.of(pod, new Neighbourhood(List.of(), List.of()), INJECTION))
                .isEqualTo(new Injection.Skip("it has the sidecar already"));
        assertThat(create(POD.formatted("").replace("app: shop", "app: other"))
                        .getSpec()
                        .getInitContainers())
                .isEmpty();
    }

    @Test
    void whatCannotBeInjectedIsRefusedOnlyWhereInjectionIsEnabled() {
        // Given a policy without its role
        apply(POLICY.formatted("missing"));
        awaitPolicies(1);

        // When, Then
        assertThat(create(POD.formatted("")).getSpec().getInitContainers()).isEmpty();
        label("enabled");
        assertThatThrownBy(() -> create(POD.formatted("")))
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("AccessPolicy gateway selects this pod, but its sidecar could not start:"
                        + " spec.roles.limits: no usable RedisRole \"missing\"");
        label("disabled");
        apply(ROLE);
        apply(POLICY.formatted("gateway"));
        assertThat(create(POD.formatted("")).getSpec().getInitContainers()).isEmpty();
    }

    @Test
    void whereInjectionIsEnabledAPodMayComeRightAfterItsPolicy() {
        // Given
        label("enabled");
        apply(ROLE);

        for (int i = 0; i < 10; i++) {
            // When
            apply(POLICY.formatted("gateway")
                    .replace("metadata: {name: gateway}", "metadata: {name: policy" + i + "}")
                    .replace("app: shop", "app: shop" + i));
            Pod pod = create(POD.formatted("").replace("app: shop", "app: shop" + i));

            // Then
            assertThat(pod.getSpec().getInitContainers()).as("pod %d", i).hasSize(2);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            hostNetwork: true,|ports: []|spec.hostNetwork: true, and the node's network cannot be intercepted (expected: no hostNetwork
            securityContext: {runAsUser: 15001},|ports: []|container app: runAsUser: 15001 is the sidecar's own user (expected: another one)
            terminationGracePeriodSeconds: 5,|ports: [{containerPort: 15016}]|container app: containerPort: 15016 is the sidecar's own (expected: a port other
            """)
    void aPodThatCannotHaveItsSidecarIsToldWhyAndHow(String field, String ports, String message) {
        // Given
        apply(ROLE);
        apply(POLICY.formatted("gateway"));
        awaitPolicies(1);
        String pod =
                POD.formatted(field).replaceFirst("ports: \\[[^]]*]", ports).replaceFirst("port: http", "port: 8080");

        // When, Then
        warnings.clear();
        assertThat(create(pod).getSpec().getInitContainers()).isEmpty();
        assertThat(warnings)
                .anyMatch(warning -> warning.contains("starts WITHOUT the sidecar: AccessPolicy gateway")
                        && warning.contains(message));
        label("enabled");
        assertThatThrownBy(() -> create(pod))
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("AccessPolicy gateway selects this pod, but " + message);
    }

    @Test
    void aPortThatNoContainerDeclaresIsAskedAbout() {
        // Given
        apply(ROLE);
        apply(POLICY.formatted("gateway").replace("[8080]", "[9090]"));
        awaitPolicies(1);

        // When
        warnings.clear();
        Pod pod = create(POD.formatted(""));

        // Then
        assertThat(pod.getSpec().getInitContainers()).hasSize(2);
        assertThat(warnings)
                .singleElement()
                .asString()
                .contains("no container declares port 9090 of AccessPolicy gateway: is that where the app listens?");
    }

    @Test
    void aPolicyIsWarnedOfWhenItIsWritten() {
        // Given
        awaitWarned(POLICY.formatted("missing"));

        // Then
        assertThat(warnings)
                .anyMatch(warning -> warning.contains("spec.roles.limits: no usable RedisRole \\\"missing\\\""))
                .anyMatch(warning -> warning.contains("spec.selector selects no pod now"));

        // When the role is there, and a pod that is selected
        apply(ROLE);
        label("disabled");
        create(POD.formatted(""));
        label("enabled");
        await("the role is known").atMost(LIMIT).untilAsserted(() -> {
            warnings.clear();
            apply(POLICY.formatted("gateway").replace("[8080]", "[" + 8080 + ", " + (9000 + warned++) + "]"));
            assertThat(warnings).isEmpty();
        });

        // When
        warnings.clear();
        apply(POLICY.formatted("gateway").replace("{name: gateway}\nspec", "{name: another}\nspec"));

        // Then
        assertThat(warnings)
                .singleElement()
                .asString()
                .contains("AccessPolicy gateway selects pods that this one selects; the older wins: select each pod by"
                        + " one policy");
    }

    @Test
    void withoutAnAnswerOnlyEnabledNamespacesWait() {
        // Given
        apply(ROLE);
        apply(POLICY.formatted("gateway"));

        // When
        webhooks.close();

        // Then
        assertThat(create(POD.formatted("")).getSpec().getInitContainers()).isEmpty();
        label("enabled");
        assertThatThrownBy(() -> create(POD.formatted("")))
                .hasMessageContaining("failed calling webhook \"enabled.inject.redisroles.io\"");
    }

    @Test
    void aCertificateThatIsDueIsRenewedWithoutARestartAndTrustedAtOnce() throws IOException {
        // Given a certificate that a replica made seventy days ago
        client.secrets()
                .inNamespace("default")
                .withName(ManagedCertificates.SECRET)
                .delete();
        webhooks.close();
        InstantSource then = InstantSource.fixed(Instant.now().minus(Duration.ofDays(70)));
        TestClock clock = new TestClock(then);
        webhooks = serve(certificates(clock));
        new InstalledWebhooks(client).pointTo(webhooks.port());
        webhooks.keepCertificate();
        apply(ROLE);
        apply(POLICY.formatted("gateway"));
        awaitPolicies(1);
        String before = secret("tls.crt");
        assertThat(create(POD.formatted("")).getSpec().getInitContainers()).hasSize(2);

        // When
        clock.source = InstantSource.system();
        webhooks.keepCertificate();

        // Then
        assertThat(secret("tls.crt")).isNotEqualTo(before);
        label("enabled");
        assertThat(create(POD.formatted("")).getSpec().getInitContainers()).hasSize(2);
    }

    @Test
    void replicasThatWriteTheAuthorityAtOnceDoNotFail() throws InterruptedException {
        // Given
        ExecutorService replicas = Executors.newFixedThreadPool(8);
        TrustedAuthorities authorities = new TrustedAuthorities(client, InstalledWebhooks.NAMESPACE);
        List<Callable<Boolean>> writes = IntStream.range(0, 40)
                .<Callable<Boolean>>mapToObj(i -> () -> {
                    authorities.publish("authority " + i % 2);
                    return true;
                })
                .toList();

        // When
        List<Future<Boolean>> done = replicas.invokeAll(writes);
        replicas.shutdown();

        // Then
        assertThat(done).allSatisfy(write -> assertThat(write.get()).isTrue());
    }

    @Test
    void twoReplicasAgreeOnOneCertificate() {
        // Given
        client.secrets()
                .inNamespace("default")
                .withName(ManagedCertificates.SECRET)
                .delete();

        // When
        List<CertificateSource.Material> both =
                Stream.generate(() -> certificates(InstantSource.system())).limit(4).toList().parallelStream()
                        .map(ManagedCertificates::current)
                        .toList();

        // Then
        assertThat(both)
                .allMatch(material -> material.identity()
                        .certificate()
                        .equals(both.get(0).identity().certificate()));
    }

    @Test
    void anAuthorityThatSomebodyChangedIsWrittenAgain() {
        // Given
        MutatingWebhookConfiguration known = new InstalledWebhooks(client).mutating();
        String written = known.getWebhooks().get(0).getClientConfig().getCaBundle();
        known.getWebhooks().get(0).getClientConfig().setCaBundle(null);
        client.resource(known).update();

        // When
        webhooks.keepCertificate();

        // Then
        assertThat(new InstalledWebhooks(client).mutating().getWebhooks())
                .allMatch(webhook -> webhook.getClientConfig().getCaBundle().equals(written));
    }

    /** Writes it until the API server asks the webhook. */
    private void awaitWarned(String policy) {
        await("a warning").atMost(LIMIT).until(() -> {
            apply(policy.replace("[8080]", "[" + (8000 + warned++) + "]"));
            return !warnings.isEmpty();
        });
    }

    private RunningWebhooks serve(CertificateSource source) throws IOException {
        return RunningWebhooks.start(
                client,
                0,
                source,
                INJECTION,
                new PlanSettings("redis:test", InstalledWebhooks.NAMESPACE),
                Set.of(namespace),
                (webhook, outcome, taken) -> {});
    }

    private ManagedCertificates certificates(InstantSource clock) {
        return new ManagedCertificates(client, "default", List.of("127.0.0.1"), clock, new SecureRandom());
    }

    /** What the API server tells users beside its answers. */
    private final class Warnings implements Interceptor {
        @Override
        public void after(
                HttpRequest request, HttpResponse<?> response, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
            warnings.addAll(response.headers("Warning"));
        }
    }

    /** A clock that is moved. */
    private static final class TestClock implements InstantSource {
        private volatile InstantSource source;

        private TestClock(InstantSource source) {
            this.source = source;
        }

        @Override
        public Instant instant() {
            return source.instant();
        }
    }

    private String secret(String key) {
        Secret secret = client.secrets()
                .inNamespace("default")
                .withName(ManagedCertificates.SECRET)
                .get();
        return String.valueOf(secret.getData().get(key));
    }

    /** Until the API server asks the webhook and the webhook knows the policy. */
    private void awaitPolicies(int count) {
        await("the policy is known").atMost(LIMIT).untilAsserted(() -> {
            Pod pod = create(POD.formatted(""));
            client.resource(pod).withGracePeriod(0).delete();
            assertThat(webhooks.policiesOf(namespace)).isEqualTo(count);
        });
    }

    private void label(String injection) {
        client.namespaces()
                .withName(namespace)
                .edit(known -> new NamespaceBuilder(known)
                        .editMetadata()
                        .addToLabels(Map.of("redisroles.io/injection", injection))
                        .endMetadata()
                        .build());
        // The API server matches namespaces by a cache of its own.
        await("the namespace's label is known")
                .during(Duration.ofMillis(500))
                .atMost(LIMIT)
                .until(() -> injection.equals(client.namespaces()
                        .withName(namespace)
                        .get()
                        .getMetadata()
                        .getLabels()
                        .get("redisroles.io/injection")));
    }

    private void apply(String yaml) {
        GenericKubernetesResource object =
                client.getKubernetesSerialization().unmarshal(yaml, GenericKubernetesResource.class);
        object.getMetadata().setNamespace(namespace);
        client.resource(object).forceConflicts().serverSideApply();
    }

    private Pod create(String yaml) {
        return client.pods()
                .inNamespace(namespace)
                .resource(client.getKubernetesSerialization().unmarshal(yaml, Pod.class))
                .create();
    }
}
