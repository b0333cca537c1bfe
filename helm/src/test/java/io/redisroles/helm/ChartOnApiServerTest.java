package io.redisroles.helm;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.FieldValidateable;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.apiserver.ApiServerTest;
import io.redisroles.apiserver.RealApiServer;
import io.redisroles.operator.leader.Leadership;
import io.redisroles.operator.plan.PlanSettings;
import io.redisroles.operator.reading.LenientReading;
import io.redisroles.operator.reconcile.RunningOperator;
import io.redisroles.operator.redis.Observation;
import io.redisroles.operator.shard.NamespaceChoice;
import io.redisroles.operator.telemetry.OperatorMetrics;
import io.redisroles.operator.telemetry.RoleLoad;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The chart against a real API server, and its alerts and dashboard against a running operator. */
@ApiServerTest
class ChartOnApiServerTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Leadership.Timing LIVELY =
            new Leadership.Timing(Duration.ofSeconds(30), Duration.ofSeconds(2), Duration.ofMillis(300));
    private static final Set<String> KINDS_OF_OTHERS =
            Set.of("Certificate", "Issuer", "PodMonitor", "ServiceMonitor", "PrometheusRule");
    private static final Pattern METRIC = Pattern.compile("\\b(redisroles|operator_sdk|jvm)_[a-z0-9_]+");

    @Test
    void everyObjectIsAcceptedToTheLastField(RealApiServer server) {
        // Given
        server.applyCrds();
        createNamespace(server, RenderedChart.NAMESPACE);
        createNamespace(server, "caas");
        List<HasMetadata> objects = Stream.of(
                        RenderedChart.with("webhook.enabled=true", "monitoring.dashboard.enabled=true"),
                        RenderedChart.with("watchNamespaces[0]=caas"))
                .flatMap(chart -> chart.objects().stream())
                .filter(object -> !KINDS_OF_OTHERS.contains(object.getKind()))
                .toList();

        // When, Then: an unknown field or a value that cannot be fails the request
        assertThat(objects)
                .isNotEmpty()
                .allSatisfy(object -> server.client()
                        .resource(object)
                        .dryRun(true)
                        .fieldValidation(FieldValidateable.Validation.STRICT)
                        .forceConflicts()
                        .serverSideApply());
    }

    @Test
    void alertsAndDashboardNameMetricsThatExist(RealApiServer server) {
        // Given
        Set<String> named = Stream.of("alerts.yaml", "dashboard.json")
                .map(file -> read(RenderedChart.CHART.resolve("files").resolve(file)))
                .flatMap(text -> METRIC.matcher(text).results())
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));

        // When
        Set<String> exported = new TreeSet<>(ofOperator(server));
        exported.addAll(ofSidecar());

        // Then
        assertThat(named).isNotEmpty();
        assertThat(exported).containsAll(named);
    }

    /** What an operator exports that has reconciled, failed once, and asked a Redis; it has the chart's rights and no more. */
    private static Set<String> ofOperator(RealApiServer server) {
        server.applyCrds();
        String namespace = server.newNamespace();
        RenderedChart chart = RenderedChart.with("watchNamespaces[0]=" + namespace);
        createNamespace(server, RenderedChart.NAMESPACE);
        Stream.of(Role.class, RoleBinding.class)
                .flatMap(chart::of)
                .forEach(right ->
                        server.client().resource(right).forceConflicts().serverSideApply());
        OperatorMetrics metrics = new OperatorMetrics();
        AtomicBoolean lost = new AtomicBoolean();
        Leadership leadership = new Leadership(RenderedChart.NAMESPACE, "only", LIVELY, () -> lost.set(true));
        try (KubernetesClient client = new KubernetesClientBuilder()
                        .withConfig(asOperator(server.config()))
                        .withKubernetesSerialization(LenientReading.serialization())
                        .withHttpClientBuilderConsumer(
                                builder -> builder.addOrReplaceInterceptor("fail-once", new FailOnce()))
                        .build();
                RunningOperator operator = new RunningOperator(
                        client,
                        new PlanSettings("redis:test", RenderedChart.NAMESPACE),
                        NamespaceChoice.named(Set.of(namespace)),
                        2,
                        Optional.of(leadership),
                        Optional.empty(),
                        metrics)) {
            operator.start();
            server.client().resource(role(server.client(), namespace)).create();
            var unused = metrics.timed(question -> CompletableFuture.completedFuture(new Observation.Loading()))
                    .apply("of a server");
            await("a failure, a success and renewals").atMost(LIMIT).untilAsserted(() -> {
                assertThat(names(metrics))
                        .contains(
                                "operator_sdk_controllers_execution_reconcile_failure_total",
                                "operator_sdk_reconciliations_success_total",
                                "redisroles_operator_resources");
                assertThat(isRenewed(server.client())).isTrue();
            });
            assertThat(lost).as("the lease was lost").isFalse();
            Set<String> exported = new TreeSet<>(names(metrics));
            // It takes a server that fills for many minutes to be foreseen as full.
            metrics.loadsFrom(
                    () -> List.of(new RoleLoad(namespace, "gateway", Optional.of(Duration.ofHours(5)), 1, 1)));
            exported.addAll(names(metrics));
            return exported;
        }
    }

    private static boolean isRenewed(KubernetesClient client) {
        LeaseSpec lease = client.leases()
                .inNamespace(RenderedChart.NAMESPACE)
                .withName(Leadership.NAME)
                .get()
                .getSpec();
        return lease.getRenewTime().isAfter(lease.getAcquireTime().plus(LIVELY.deadline()));
    }

    private static Config asOperator(Config admin) {
        return new ConfigBuilder(admin)
                .withImpersonateUsername("system:serviceaccount:" + RenderedChart.NAMESPACE + ":redis-roles-operator")
                .withImpersonateGroups("system:serviceaccounts", "system:authenticated")
                .build();
    }

    private static RedisRole role(KubernetesClient client, String namespace) {
        return client.getKubernetesSerialization().unmarshal("""
                        apiVersion: redisroles.io/v1alpha1
                        kind: RedisRole
                        metadata: {name: gateway, namespace: %s}
                        spec: {role: gateway}
                        """.formatted(namespace), RedisRole.class);
    }

    private static void createNamespace(RealApiServer server, String name) {
        server.client()
                .resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .build())
                .createOr(existing -> null);
    }

    private static Set<String> names(OperatorMetrics metrics) {
        return metrics.scrape()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(METRIC::matcher)
                .filter(Matcher::lookingAt)
                .map(Matcher::group)
                .collect(Collectors.toSet());
    }

    /** What the sidecar exports: a test of its own holds that page to the code. */
    private static Set<String> ofSidecar() {
        return METRIC.matcher(read(Path.of(System.getProperty("repository.root"), "docs/metrics.md")))
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toSet());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The first write of a StatefulSet gets no answer. */
    private static final class FailOnce implements Interceptor {
        private final AtomicBoolean failed = new AtomicBoolean();

        @Override
        public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
            boolean write =
                    request.method().equals("PATCH") && request.uri().getPath().contains("/statefulsets/");
            if (write && failed.compareAndSet(false, true)) {
                throw new IllegalStateException("no answer");
            }
        }
    }
}
