package io.redisroles.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What becomes of the volume when its RedisRole is deleted. */
public enum ReclaimPolicy {
    @JsonProperty("Delete")
    DELETE,
    @JsonProperty("Retain")
    RETAIN
}
