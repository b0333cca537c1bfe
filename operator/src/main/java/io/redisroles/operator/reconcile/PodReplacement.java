package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.policy.v1.EvictionBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.operator.injection.PodCensus;
import io.redisroles.operator.status.EventReason;
import io.redisroles.operator.status.Transitions.RoleEvent;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Lets pods that slipped past the webhook, or whose sidecar cannot follow its policy any more, be made anew: by eviction, so
 * that PodDisruptionBudgets are kept; one at a time, while every pod with a sidecar is ready; and ever more seldom while those
 * that come instead have no sidecar either. Only pods that a controller makes again.
 */
final class PodReplacement {
    static final Duration PAUSE = Duration.ofSeconds(10);
    /**
     * After a start: until the API server finds the webhook behind its Service, what is made anew would have no sidecar either.
     */
    private static final Duration SETTLING = Duration.ofSeconds(15);

    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);
    private static final String INJECTION = "redisroles.io/injection";

    private final EventRecorder events;
    private final InstantSource clock;
    private final Instant started;
    private final Map<ResourceID, Turn> turns = new ConcurrentHashMap<>();

    /** When the last pod of a policy was evicted, and how long to wait for the next. */
    private record Turn(Instant last, Duration pause) {}

    PodReplacement(EventRecorder events, InstantSource clock) {
        this.events = events;
        this.clock = clock;
        this.started = clock.instant();
    }

    /** Evicts the oldest pod that waits for it, if its time has come. */
    void advance(AccessPolicy policy, PodCensus census, KubernetesClient client) {
        ResourceID id = ResourceID.fromResource(policy);
        Instant now = clock.instant();
        Optional<Turn> turn = Optional.ofNullable(turns.get(id));
        Optional<Pod> next =
                census.awaited().stream().filter(PodReplacement::isMadeAgain).findFirst();
        if (now.isBefore(started.plus(SETTLING))
                || next.isEmpty()
                || census.unready()
                || turn.filter(last -> now.isBefore(last.last().plus(last.pause())))
                        .isPresent()) {
            return;
        }
        if (isDisabled(client, next.get().getMetadata().getNamespace())) {
            return;
        }
        boolean inVain = turn.filter(last -> cameAfter(census, last.last())).isPresent();
        turns.put(id, new Turn(now, inVain ? doubled(turn.orElseThrow().pause()) : PAUSE));
        if (inVain) {
            events.record(
                    policy,
                    List.of(new RoleEvent(
                            true,
                            EventReason.WEBHOOK_NOT_REACHED.text(),
                            "pods that were made anew have no sidecar either: does the API server reach the webhook, and does its"
                                    + " configuration cover this namespace?")));
        }
        if (evict(next.get(), client)) {
            RoleEvent event = new RoleEvent(
                    false,
                    EventReason.EVICTED.text(),
                    "pod " + next.get().getMetadata().getName() + " starts anew to get the sidecar of AccessPolicy "
                            + policy.getMetadata().getName());
            events.record(policy, List.of(event));
            events.record(next.get(), List.of(event));
        }
    }

    /** False if a disruption budget is in the way, or the pod is another by now. */
    private static boolean evict(Pod pod, KubernetesClient client) {
        try {
            return client.pods()
                    .inNamespace(pod.getMetadata().getNamespace())
                    .withName(pod.getMetadata().getName())
                    .evict(new EvictionBuilder()
                            .withNewMetadata()
                            .withName(pod.getMetadata().getName())
                            .withNamespace(pod.getMetadata().getNamespace())
                            .endMetadata()
                            .withDeleteOptions(new DeleteOptionsBuilder()
                                    .withNewPreconditions()
                                    .withUid(pod.getMetadata().getUid())
                                    .endPreconditions()
                                    .build())
                            .build());
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT || e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }

    private static boolean isMadeAgain(Pod pod) {
        return pod.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner -> Boolean.TRUE.equals(owner.getController()));
    }

    /** An operator of a few namespaces may not be allowed to look at them; then its webhook is bound to them instead. */
    private static boolean isDisabled(KubernetesClient client, String namespace) {
        try {
            return Optional.ofNullable(client.namespaces().withName(namespace).get())
                    .map((Namespace known) -> known.getMetadata().getLabels())
                    .filter(labels -> "disabled".equals(labels.get(INJECTION)))
                    .isPresent();
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
                return false;
            }
            throw e;
        }
    }

    private static boolean cameAfter(PodCensus census, Instant eviction) {
        return census.awaited().stream()
                .filter(PodReplacement::isMadeAgain)
                .map(pod -> Instant.parse(pod.getMetadata().getCreationTimestamp()))
                .anyMatch(created -> created.isAfter(eviction));
    }

    private static Duration doubled(Duration pause) {
        Duration longer = pause.multipliedBy(2);
        return longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
    }
}
