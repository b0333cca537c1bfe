package io.redisroles.operator.reconcile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.redisroles.operator.desired.Digest;
import io.redisroles.operator.desired.Labels;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A desired object with the digest of itself in an annotation. The digest tells a wish that changed, and above all one that
 * lost a field; comparing field by field tells an object that somebody changed.
 */
final class Wish<R extends HasMetadata> {
    private static final ObjectMapper SORTED =
            new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

    private final R object;
    private final KubernetesSerialization serialization;

    Wish(R desired, KubernetesSerialization serialization) {
        this.serialization = serialization;
        this.object = serialization.clone(desired);
        Map<String, String> annotations = new TreeMap<>(
                Optional.ofNullable(desired.getMetadata().getAnnotations()).orElse(Map.of()));
        annotations.put(Labels.APPLIED_HASH, digest(desired));
        object.getMetadata().setAnnotations(annotations);
    }

    /** To be applied where there is nothing yet. */
    R object() {
        return object;
    }

    /**
     * To be applied over {@code actual} and nothing else: not over an object of the same name that came after it, nor, for a
     * Secret, over a newer state than the one that was read, because passwords are kept by reading them first.
     */
    R over(R actual) {
        R bound = serialization.clone(object);
        bound.getMetadata().setUid(actual.getMetadata().getUid());
        if (actual instanceof Secret) {
            bound.getMetadata().setResourceVersion(actual.getMetadata().getResourceVersion());
        }
        return bound;
    }

    boolean isMetBy(R actual) {
        return Drift.matches(json(object), json(actual));
    }

    /** {@code actual} with our lists in place of those that somebody changed. */
    @SuppressWarnings("unchecked")
    R withLists(R actual) {
        return serialization.convertValue(Drift.withListsOf(json(object), json(actual)), (Class<R>) actual.getClass());
    }

    private String digest(R desired) {
        try {
            return Digest.sha256(SORTED.writeValueAsString(SORTED.treeToValue(json(desired), Object.class)))
                    .substring(0, 16);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what was a tree can be written", e);
        }
    }

    private JsonNode json(R resource) {
        return serialization.convertValue(resource, JsonNode.class);
    }
}
