package io.redisroles.operator.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * What the API server is told.
 *
 * @param allowed whether the object may be stored
 * @param message why not; empty if it may
 * @param warnings for the user who sent it
 * @param patch what to change first (RFC 6902); empty for nothing
 */
record Answer(boolean allowed, String message, List<String> warnings, JsonNode patch) {
    private static final int FORBIDDEN = 403;

    Answer {
        warnings = List.copyOf(warnings);
    }

    static Answer unchanged() {
        return allowed(List.of());
    }

    static Answer allowed(List<String> warnings) {
        return patched(JsonNodeFactory.instance.arrayNode(), warnings);
    }

    static Answer patched(JsonNode patch, List<String> warnings) {
        return new Answer(true, "", warnings, patch);
    }

    static Answer refused(String message) {
        return new Answer(false, message, List.of(), JsonNodeFactory.instance.arrayNode());
    }

    /** In one word, as metrics tell it. */
    String outcome() {
        if (!allowed) {
            return "refused";
        }
        return patch.isEmpty() ? "unchanged" : "patched";
    }

    /** An AdmissionReview (admission.k8s.io/v1) for the request with this uid. */
    ObjectNode review(String uid) {
        ObjectNode review = JsonNodeFactory.instance.objectNode();
        review.put("apiVersion", "admission.k8s.io/v1").put("kind", "AdmissionReview");
        ObjectNode response = review.putObject("response").put("uid", uid).put("allowed", allowed);
        if (!allowed) {
            response.putObject("status")
                    .put("code", FORBIDDEN)
                    .put("reason", "Forbidden")
                    .put("message", message);
        }
        if (!warnings.isEmpty()) {
            warnings.forEach(response.putArray("warnings")::add);
        }
        if (!patch.isEmpty()) {
            response.put("patchType", "JSONPatch")
                    .put(
                            "patch",
                            Base64.getEncoder().encodeToString(patch.toString().getBytes(StandardCharsets.UTF_8)));
        }
        return review;
    }
}
