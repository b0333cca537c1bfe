package io.redisroles.contract;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How subjects appear in the names of the keys that the sidecar writes. */
public enum Identifiers {
    /** As a keyed hash: nobody can read a user from a key name. */
    @JsonProperty("Hashed")
    HASHED,
    /** Percent-encoded, for debugging with synthetic data. */
    @JsonProperty("Plain")
    PLAIN
}
