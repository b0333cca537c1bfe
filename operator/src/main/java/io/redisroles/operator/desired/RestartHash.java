package io.redisroles.operator.desired;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.redisroles.operator.plan.RolePlan;
import java.util.Map;

/**
 * The digest of all that only a restart can change. Users, directives that Redis changes live, and the container's resources,
 * which the cluster resizes in place where it can, are not among it. The order of map entries does not count: it differs from one
 * operator process to the next, and a new operator must restart nothing.
 */
final class RestartHash {
    private static final int LENGTH = 16;
    private static final ObjectMapper SORTED = JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    private RestartHash() {}

    static String of(PodTemplateSpec template, RolePlan plan) {
        PodTemplateSpec started = new PodTemplateSpecBuilder(template)
                .editSpec()
                .editFirstContainer()
                .withResources(null)
                .endContainer()
                .endSpec()
                .build();
        return Digest.sha256(sorted(started) + RedisConfigMap.restartConf(plan)).substring(0, LENGTH);
    }

    private static String sorted(PodTemplateSpec template) {
        try {
            return SORTED.writeValueAsString(SORTED.readValue(Serialization.asJson(template), Map.class));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what was just written as JSON could not be read", e);
        }
    }
}
