package io.redisroles.operator.admission;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.zjsonpatch.DiffFlags;
import io.fabric8.zjsonpatch.JsonDiff;
import io.redisroles.operator.injection.Injection;
import io.redisroles.operator.injection.InjectionSettings;
import io.redisroles.operator.injection.Neighbourhood;
import java.util.List;

/**
 * Gives pods their sidecar.
 *
 * @param known what a namespace says of a pod, as far as was heard
 * @param asked the same as it is now, which costs some calls
 * @param settings of the installation
 * @param serialization of pods
 */
record PodAdmission(
        Surroundings known, Surroundings asked, InjectionSettings settings, KubernetesSerialization serialization) {
    /** Looks for what concerns a pod that is about to be. */
    interface Surroundings {
        Neighbourhood of(String namespace, Pod pod);
    }

    /**
     * Decides about one pod.
     *
     * @param request of an AdmissionReview
     * @param strict whether a pod that cannot have its sidecar is refused; else it starts without, and the user is warned
     */
    Answer decide(JsonNode request, boolean strict) {
        Pod pod = serialization.convertValue(request.path("object"), Pod.class);
        String namespace = request.path("namespace").asText();
        Injection decision = Injection.of(pod, known.of(namespace, pod), settings);
        if (strict && (decision.equals(Injection.Skip.UNSELECTED) || decision instanceof Injection.Refuse)) {
            // Its policy may have been applied a moment before it.
            decision = Injection.of(pod, asked.of(namespace, pod), settings);
        }
        if (decision instanceof Injection.Inject injected) {
            return Answer.patched(difference(pod, injected.pod()), injected.warnings());
        }
        if (decision instanceof Injection.Refuse refused) {
            return strict
                    ? Answer.refused(refused.message())
                    : Answer.allowed(List.of("starts WITHOUT the sidecar: " + refused.message()));
        }
        return Answer.unchanged();
    }

    private JsonNode difference(Pod before, Pod after) {
        return JsonDiff.asJson(
                serialization.convertValue(before, JsonNode.class),
                serialization.convertValue(after, JsonNode.class),
                DiffFlags.dontNormalizeOpIntoMoveAndCopy());
    }
}
