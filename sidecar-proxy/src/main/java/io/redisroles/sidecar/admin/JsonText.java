package io.redisroles.sidecar.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** Writes maps and records as JSON. */
final class JsonText {
    private final JsonMapper mapper = new JsonMapper();

    String of(Object value) {
        try {
            return mapper.writeValueAsString(value) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("maps of plain values can be written", e);
        }
    }
}
