package io.redisroles.operator.desired;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Secrets in the form in which the API server returns them: base64 under {@code data}, never {@code stringData}. */
final class Secrets {
    private Secrets() {}

    static Secret of(ObjectMeta metadata, String type, Map<String, String> content) {
        SortedMap<String, String> data = new TreeMap<>();
        content.forEach((key, value) ->
                data.put(key, Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8))));
        return new SecretBuilder()
                .withMetadata(metadata)
                .withType(type)
                .withData(data)
                .build();
    }
}
