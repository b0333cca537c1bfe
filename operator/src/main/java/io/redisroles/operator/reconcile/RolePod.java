package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.redisroles.operator.desired.Labels;
import io.redisroles.operator.status.RedisExit;
import java.math.BigDecimal;
import java.net.HttpURLConnection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one pod of a role, compared with the StatefulSet as it is desired.
 *
 * @param pod as the cache has it
 * @param restartHash that it should have
 * @param resources that its container should have
 */
record RolePod(Optional<Pod> pod, String restartHash, ResourceRequirements resources) {
    static RolePod of(Optional<Pod> pod, StatefulSet desired) {
        return new RolePod(
                pod,
                restartHash(desired.getSpec().getTemplate().getMetadata().getAnnotations()),
                desired.getSpec().getTemplate().getSpec().getContainers().get(0).getResources());
    }

    private static final int UNPROCESSABLE = 422;

    /** Compared with nothing but itself. */
    static RolePod asItIs(Optional<Pod> pod) {
        return new RolePod(
                pod,
                pod.map(actual -> restartHash(actual.getMetadata().getAnnotations()))
                        .orElse(""),
                pod.map(actual -> actual.getSpec().getContainers().get(0).getResources())
                        .orElseGet(ResourceRequirements::new));
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

    /** Where it runs; empty while nobody knows. */
    String node() {
        return pod.flatMap(actual -> Optional.ofNullable(actual.getSpec().getNodeName()))
                .orElse("");
    }

    /** Tells pods of the same name apart. */
    String uid() {
        return pod.map(actual -> actual.getMetadata().getUid()).orElse("");
    }

    /** The image of a workload's one container. */
    static String image(StatefulSet workload) {
        return workload.getSpec().getTemplate().getSpec().getContainers().get(0).getImage();
    }

    /** The image of a pod's one container. */
    static String image(Pod pod) {
        return pod.getSpec().getContainers().get(0).getImage();
    }

    /** The memory limit that a pod's container has by now, bytes: what the kubelet says, else what it was made with. */
    static Optional<Long> memoryLimit(Pod pod) {
        Optional<ResourceRequirements> told = Optional.ofNullable(pod.getStatus())
                .flatMap(status -> status.getContainerStatuses().stream().findFirst())
                .flatMap(status -> Optional.ofNullable(status.getResources()));
        return told.flatMap(RolePod::memoryLimit)
                .or(() -> memoryLimit(pod.getSpec().getContainers().get(0).getResources()));
    }

    /** The memory limit of a container, bytes. */
    static Optional<Long> memoryLimit(ResourceRequirements resources) {
        return Optional.ofNullable(resources.getLimits())
                .flatMap(limits -> Optional.ofNullable(limits.get("memory")))
                .map(quantity -> Quantity.getAmountInBytes(quantity).longValue());
    }

    /** Why the node has not given the pod the resources that it was promised; empty if it has. */
    Optional<String> waitsForNode() {
        return pod.filter(RolePod::stays)
                .flatMap(actual -> Optional.ofNullable(actual.getStatus()))
                .flatMap(status -> status.getConditions().stream()
                        .filter(condition -> condition.getType().equals("PodResizePending")
                                && condition.getStatus().equals("True"))
                        .findFirst())
                .map(condition -> "the node does not resize the pod (" + condition.getReason() + ": "
                        + condition.getMessage() + "); deleting the pod lets another node take it");
    }

    /** Why the pod's Redis ended last; empty if it never did, or is ready again. */
    static Optional<RedisExit> exit(Pod pod) {
        return Optional.ofNullable(pod.getStatus())
                .flatMap(status -> status.getContainerStatuses().stream().findFirst())
                .filter(container -> !Boolean.TRUE.equals(container.getReady()))
                .flatMap(container -> ended(container.getState()).or(() -> ended(container.getLastState())))
                .map(ended -> RedisExit.of(
                        Optional.ofNullable(ended.getMessage()).orElse(""),
                        ended.getReason() + " with code " + ended.getExitCode()));
    }

    private static Optional<ContainerStateTerminated> ended(@Nullable ContainerState state) {
        return Optional.ofNullable(state).flatMap(known -> Optional.ofNullable(known.getTerminated()));
    }

    /** What came of resizing. */
    enum Resize {
        /** Nothing was to be done. */
        NONE,
        /** The pod was told its new resources. */
        ASKED,
        /** The cluster cannot: the pod was deleted, and its successor has them. */
        REPLACED
    }

    /** Gives the pod's container the desired resources, in place where the cluster can. */
    Resize resizeIfOutdated(KubernetesClient client) {
        Optional<Pod> outdated =
                pod.filter(RolePod::stays).filter(this::isCurrent).filter(actual -> !sameResources(actual));
        return outdated.map(actual -> resize(actual, client)).orElse(Resize.NONE);
    }

    private Resize resize(Pod outdated, KubernetesClient client) {
        Pod patch = new PodBuilder()
                .withNewMetadata()
                .withName(outdated.getMetadata().getName())
                .withNamespace(outdated.getMetadata().getNamespace())
                .withUid(outdated.getMetadata().getUid())
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName(outdated.getSpec().getContainers().get(0).getName())
                .withResources(resources)
                .endContainer()
                .endSpec()
                .build();
        try {
            client.pods()
                    .resource(outdated)
                    .subresource("resize")
                    .patch(
                            PatchContext.of(PatchType.STRATEGIC_MERGE),
                            client.getKubernetesSerialization().asJson(patch));
            return Resize.ASKED;
        } catch (KubernetesClientException e) {
            return switch (e.getCode()) {
                case HttpURLConnection.HTTP_NOT_FOUND, HttpURLConnection.HTTP_BAD_METHOD, UNPROCESSABLE ->
                    delete(outdated, client) ? Resize.REPLACED : Resize.NONE;
                // It changed, or a quota forbids it: the condition goes on saying that the limit is awaited.
                case HttpURLConnection.HTTP_CONFLICT, HttpURLConnection.HTTP_FORBIDDEN -> Resize.NONE;
                default -> throw e;
            };
        }
    }

    private boolean sameResources(Pod actual) {
        ResourceRequirements present = actual.getSpec().getContainers().get(0).getResources();
        return sameAmounts(present.getLimits(), resources.getLimits())
                && sameAmounts(present.getRequests(), resources.getRequests());
    }

    private static boolean sameAmounts(Map<String, Quantity> one, Map<String, Quantity> other) {
        return amounts(one).equals(amounts(other));
    }

    private static Map<String, BigDecimal> amounts(Map<String, Quantity> quantities) {
        Map<String, BigDecimal> amounts = new HashMap<>();
        Optional.ofNullable(quantities)
                .orElse(Map.of())
                .forEach((name, quantity) ->
                        amounts.put(name, quantity.getNumericalAmount().stripTrailingZeros()));
        return amounts;
    }

    /** Deletes the pod, whatever it runs. */
    boolean replace(KubernetesClient client) {
        return pod.filter(RolePod::stays)
                .filter(actual -> delete(actual, client))
                .isPresent();
    }

    /** Deletes the pod if it does not run what is desired; its StatefulSet makes the new one, with the same volume. */
    boolean replaceIfOutdated(KubernetesClient client) {
        Optional<Pod> outdated = pod.filter(RolePod::stays).filter(actual -> !isCurrent(actual));
        return outdated.isPresent() && delete(outdated.get(), client);
    }

    /** Tells the pod that its mounted certificate is old; the kubelet looks at the files of a pod that changed at once. */
    void touch(String fingerprint, KubernetesClient client) {
        String begin = fingerprint.substring(0, 16);
        pod.filter(RolePod::stays)
                .filter(actual ->
                        !begin.equals(Optional.ofNullable(actual.getMetadata().getAnnotations())
                                .orElse(Map.of())
                                .get(Labels.CERTIFICATE)))
                .ifPresent(actual -> touch(actual, begin, client));
    }

    private static void touch(Pod actual, String certificate, KubernetesClient client) {
        String change = "{\"metadata\":{\"uid\":\"%s\",\"annotations\":{\"%s\":\"%s\"}}}"
                .formatted(actual.getMetadata().getUid(), Labels.CERTIFICATE, certificate);
        try {
            client.resource(actual).patch(PatchContext.of(PatchType.JSON_MERGE), change);
        } catch (KubernetesClientException e) {
            // Gone, or another of that name, since the cache saw it.
            if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND && e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
        }
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
