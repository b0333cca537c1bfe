package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.redisroles.operator.desired.Labels;
import java.net.HttpURLConnection;
import java.util.Map;
import java.util.Optional;

/**
 * The one pod of a role, compared with the StatefulSet as it is desired.
 *
 * @param pod as the cache has it
 * @param restartHash that it should have
 */
record RolePod(Optional<Pod> pod, String restartHash) {
    static RolePod of(Optional<Pod> pod, StatefulSet desired) {
        return new RolePod(
                pod, restartHash(desired.getSpec().getTemplate().getMetadata().getAnnotations()));
    }

    /** Whether it is there, runs what is desired, and its probes say that it is ready. */
    boolean isReady() {
        return pod.filter(this::isCurrent)
                .filter(RolePod::stays)
                .filter(RolePod::hasReadyCondition)
                .isPresent();
    }

    /** Whether it runs something else and is, or is about to be, replaced. */
    boolean isRestarting() {
        return pod.filter(actual -> !isCurrent(actual) || !stays(actual)).isPresent();
    }

    /** Where its Redis answers; empty before it has an address and after it was told to end. */
    Optional<String> address() {
        return pod.filter(RolePod::stays)
                .map(actual ->
                        actual.getStatus() == null ? null : actual.getStatus().getPodIP())
                .filter(ip -> !ip.isEmpty());
    }

    /** Tells pods of the same name apart. */
    String uid() {
        return pod.map(actual -> actual.getMetadata().getUid()).orElse("");
    }

    /** Deletes the pod if it does not run what is desired; its StatefulSet makes the new one, with the same volume. */
    boolean replaceIfOutdated(KubernetesClient client) {
        Optional<Pod> outdated = pod.filter(RolePod::stays).filter(actual -> !isCurrent(actual));
        return outdated.isPresent() && delete(outdated.get(), client);
    }

    private static boolean delete(Pod outdated, KubernetesClient client) {
        try {
            client.resource(outdated)
                    .lockResourceVersion(outdated.getMetadata().getResourceVersion())
                    .delete();
            return true;
        } catch (KubernetesClientException e) {
            // It is another pod by now, or changed: its event brings us back to look again.
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                return false;
            }
            throw e;
        }
    }

    private boolean isCurrent(Pod actual) {
        return restartHash(actual.getMetadata().getAnnotations()).equals(restartHash);
    }

    private static boolean stays(Pod actual) {
        return !actual.isMarkedForDeletion();
    }

    private static boolean hasReadyCondition(Pod actual) {
        return actual.getStatus() != null
                && actual.getStatus().getConditions().stream()
                        .anyMatch(condition -> condition.getType().equals("Ready")
                                && condition.getStatus().equals("True"));
    }

    private static String restartHash(Map<String, String> annotations) {
        return Optional.ofNullable(annotations)
                .map(present -> present.get(Labels.RESTART_HASH))
                .orElse("");
    }
}
