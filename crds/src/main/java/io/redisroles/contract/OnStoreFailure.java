package io.redisroles.contract;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What happens to a request whose limits cannot be decided because Redis did not answer. */
public enum OnStoreFailure {
    /** Refuse with 503. */
    @JsonProperty("Deny")
    DENY,
    /** Admit, promising nothing; counted and reported. */
    @JsonProperty("Allow")
    ALLOW,
    /** Decide in this sidecar's memory by floor(limit / live sidecars); 0 refuses. */
    @JsonProperty("Local")
    LOCAL
}
