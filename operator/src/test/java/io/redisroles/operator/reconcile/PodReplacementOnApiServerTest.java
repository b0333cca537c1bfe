package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.apiserver.ApiServerTest;
import io.redisroles.apiserver.RealApiServer;
import io.redisroles.operator.Samples;
import io.redisroles.operator.injection.PodCensus;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** How often pods are evicted that come without a sidecar again and again. */
@ApiServerTest
class PodReplacementOnApiServerTest {
    private KubernetesClient client;
    private AccessPolicy policy;
    private Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private PodReplacement replacement;

    @BeforeEach
    void start(RealApiServer server) {
        client = server.client();
        policy = Samples.policy("gateway", """
                selector: {matchLabels: {app: shop}}
                ports: [8080]
                roles: {limits: {name: sample}}
                rules: [{name: all, session: None}]
                """);
        policy.getMetadata().setNamespace(server.newNamespace());
        InstantSource clock = () -> now;
        replacement = new PodReplacement(new EventRecorder(client, clock), clock);
    }

    @Test
    void whileEachPodComesWithoutASidecarAgainThePauseDoublesAndAnEventSaysSo() {
        // Given the first seconds, in which nobody is evicted
        assertThat(evictedAfter(Duration.ofSeconds(14))).isFalse();
        assertThat(evictedAfter(Duration.ofSeconds(1))).as("its first turn").isTrue();

        // When, Then
        long pause = PodReplacement.PAUSE.toSeconds();
        for (long expected : new long[] {pause, 2 * pause, 4 * pause, 8 * pause, 16 * pause, 32 * pause, 600, 600}) {
            assertThat(evictedAfter(Duration.ofSeconds(expected - 1)))
                    .as("a second too early for the pause of %d s", expected)
                    .isFalse();
            assertThat(evictedAfter(Duration.ofSeconds(1)))
                    .as("after the pause of %d s", expected)
                    .isTrue();
        }
        assertThat(events("WebhookNotReached"))
                .singleElement()
                .satisfies(event -> assertThat(event.getCount()).isEqualTo(8));
        assertThat(events("WebhookNotReached").get(0).getMessage())
                .isEqualTo(
                        "pods that were made anew have no sidecar either: does the API server reach the webhook, and does its"
                                + " configuration cover this namespace?");
    }

    @Test
    void podsThatAreOldComeOneAfterTheOtherWithoutAComplaint() {
        // Given
        now = now.plusSeconds(15);
        Pod first = create("first");
        Pod second = create("second");

        // When
        replacement.advance(policy, census(first, second), client);
        now = now.plus(PodReplacement.PAUSE);
        replacement.advance(policy, census(second), client);

        // Then
        assertThat(present()).isEmpty();
        assertThat(events("WebhookNotReached")).isEmpty();
    }

    @Test
    void nobodyIsEvictedWhileAPodWithTheSidecarIsNotReady() {
        // Given
        now = now.plusSeconds(15);
        PodCensus waiting = census(create("bare"));

        // When
        replacement.advance(
                policy, new PodCensus(1, 1, waiting.awaited(), List.of(), List.of(), true, List.of(8080)), client);

        // Then
        assertThat(present()).containsExactly("bare");
    }

    /** Makes a pod as its controller would after the last eviction, unless there is one, and lets time pass. */
    private boolean evictedAfter(Duration time) {
        if (present().isEmpty()) {
            create("shop");
        }
        now = now.plus(time);
        Pod bare = client.pods()
                .inNamespace(policy.getMetadata().getNamespace())
                .withName("shop")
                .get();
        // A controller makes it a moment after its like was evicted; the API server's clock is not the test's.
        bare.getMetadata().setCreationTimestamp(now.toString());
        replacement.advance(policy, census(bare), client);
        return present().isEmpty();
    }

    private static PodCensus census(Pod... awaited) {
        return new PodCensus(0, 0, List.of(awaited), List.of(), List.of(), false, List.of());
    }

    private List<String> present() {
        return client.pods().inNamespace(policy.getMetadata().getNamespace()).list().getItems().stream()
                .map(pod -> pod.getMetadata().getName())
                .toList();
    }

    private List<Event> events(String reason) {
        Stream<Event> events =
                client.v1().events().inNamespace(policy.getMetadata().getNamespace()).list().getItems().stream();
        return events.filter(event -> event.getReason().equals(reason)).toList();
    }

    private Pod create(String name) {
        return client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(policy.getMetadata().getNamespace())
                        .withLabels(Map.of("app", "shop"))
                        .withOwnerReferences(new OwnerReferenceBuilder()
                                .withApiVersion("apps/v1")
                                .withKind("ReplicaSet")
                                .withName("shop")
                                .withUid("33333333-0000-4000-8000-000000000000")
                                .withController(true)
                                .build())
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("app")
                        .withImage("shop:1")
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
    }
}
