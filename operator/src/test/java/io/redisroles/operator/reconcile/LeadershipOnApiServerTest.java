package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.apiserver.ApiServerTest;
import io.redisroles.apiserver.RealApiServer;
import io.redisroles.operator.leader.Leadership;
import io.redisroles.operator.reading.LenientReading;
import io.redisroles.operator.shard.NamespaceChoice;
import io.redisroles.operator.telemetry.OperatorMetrics;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Two operators over one namespace of a real API server: one reconciles, the other takes over. */
@ApiServerTest
class LeadershipOnApiServerTest {
    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final Leadership.Timing SHORT =
            new Leadership.Timing(Duration.ofSeconds(3), Duration.ofSeconds(2), Duration.ofMillis(300));
    private static final Leadership.Timing ENDLESS =
            new Leadership.Timing(Duration.ofHours(2), Duration.ofHours(1), Duration.ofMillis(300));

    private RealApiServer server;
    private String namespace;
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    @BeforeEach
    void start(RealApiServer running) {
        server = running;
        server.applyCrds();
        namespace = server.newNamespace();
    }

    @AfterEach
    void stop() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    @Test
    void onlyTheLeaderReconcilesAndBothAreReady() {
        // Given
        Replica first = new Replica("first", SHORT);
        await("a leader").atMost(LIMIT).until(() -> first.leads());
        Replica second = new Replica("second", SHORT);

        // When
        apply("gateway");

        // Then
        awaitWorkload("gateway");
        assertThat(first.operator.isHealthy()).isTrue();
        assertThat(second.operator.isHealthy()).isTrue();
        assertThat(second.leads()).isFalse();
        assertThat(lease().getSpec().getHolderIdentity()).isEqualTo("first");
        assertThat(first.reconciles()).isPositive();
        assertThat(second.reconciles()).isZero();
    }

    @Test
    void aLeaderThatReachesTheApiNoLongerEndsAndTheOtherTakesOver() throws InterruptedException {
        // Given
        Replica first = new Replica("first", SHORT);
        await("a leader").atMost(LIMIT).until(() -> first.leads());
        Replica second = new Replica("second", SHORT);

        // When
        first.cut.set(true);

        // Then
        assertThat(first.lost.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        await("the other").atMost(LIMIT).until(() -> second.leads());
        apply("gateway");
        awaitWorkload("gateway");
    }

    @Test
    void aLeaderThatStopsIsFollowedWithoutWaitingForItsLeaseToEnd() {
        // Given
        Replica first = new Replica("first", ENDLESS);
        await("a leader").atMost(LIMIT).until(() -> first.leads());
        Replica second = new Replica("second", ENDLESS);

        // When
        first.operator.close();

        // Then
        await("the other").atMost(LIMIT).until(() -> second.leads());
        apply("gateway");
        awaitWorkload("gateway");
    }

    @Test
    void metricsSayWhatIsReconciledWithoutASeriesForEveryRetry() {
        // Given
        Replica only = new Replica("only", SHORT);

        // When
        apply("gateway");
        awaitWorkload("gateway");

        // Then
        await("its conditions")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(only.metrics.scrape())
                        .contains("redisroles_operator_leader 1.0")
                        .contains("redisroles_operator_resources{condition=\"Ready\",kind=\"RedisRole\",namespace=\""
                                + namespace + "\",status=\"False\"} 1.0")
                        .contains("operator_sdk_reconciliations_success_total{")
                        .contains("operator_sdk_reconciliations_queue_size_redisrolereconciler{"));
        assertThat(only.metrics.scrape()).doesNotContain("retries");
    }

    private void apply(String role) {
        RedisRole resource =
                server.client().getKubernetesSerialization().unmarshal("""
                        apiVersion: redisroles.io/v1alpha1
                        kind: RedisRole
                        metadata: {name: %s, namespace: %s}
                        spec: {role: gateway}
                        """.formatted(role, namespace), RedisRole.class);
        server.client().resource(resource).create();
    }

    private void awaitWorkload(String role) {
        await("its StatefulSet")
                .atMost(LIMIT)
                .until(() -> server.client()
                                .apps()
                                .statefulSets()
                                .inNamespace(namespace)
                                .withName("redis-" + role)
                                .get()
                        != null);
    }

    private Lease lease() {
        return server.client()
                .leases()
                .inNamespace(namespace)
                .withName(Leadership.NAME)
                .get();
    }

    /** What one pod of the operator is. */
    private final class Replica {
        private final OperatorMetrics metrics = new OperatorMetrics();
        private final CountDownLatch lost = new CountDownLatch(1);
        private final AtomicBoolean cut = new AtomicBoolean();
        private final KubernetesClient client = new KubernetesClientBuilder()
                .withConfig(server.config())
                .withKubernetesSerialization(LenientReading.serialization())
                .withHttpClientBuilderConsumer(builder -> builder.addOrReplaceInterceptor("cut", new Interceptor() {
                    @Override
                    public void before(BasicBuilder request, HttpRequest original, RequestTags tags) {
                        if (cut.get()) {
                            throw new KubernetesClientException("no route to host");
                        }
                    }
                }))
                .build();
        private final RunningOperator operator;

        Replica(String identity, Leadership.Timing timing) {
            operator = new RunningOperator(
                    client,
                    OperatorOnApiServer.SETTINGS,
                    NamespaceChoice.named(Set.of(namespace)),
                    4,
                    Optional.of(new Leadership(namespace, identity, timing, lost::countDown)),
                    Optional.empty(),
                    metrics);
            open.push(client);
            open.push(operator);
            operator.start();
        }

        boolean leads() {
            return metrics.scrape().contains("redisroles_operator_leader 1.0");
        }

        double reconciles() {
            return metrics.scrape()
                    .lines()
                    .filter(line -> line.startsWith("operator_sdk_reconciliations_started_total{"))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        }
    }
}
