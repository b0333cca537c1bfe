package io.redisroles.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a consumer may do with its keys. */
public enum Access {
    /** {@code +@all -@admin -@dangerous +info}. */
    @JsonProperty("ReadWrite")
    READ_WRITE,
    /** {@code +@read -@admin -@dangerous +info}. */
    @JsonProperty("ReadOnly")
    READ_ONLY
}
