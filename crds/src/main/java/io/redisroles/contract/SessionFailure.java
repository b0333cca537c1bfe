package io.redisroles.contract;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What happens to a request whose session cannot be looked up because Redis did not answer. */
public enum SessionFailure {
    /** Refuse with 503. */
    @JsonProperty("Deny")
    DENY,
    /** Treat it as a request without a session and admit it, promising nothing; counted and reported. */
    @JsonProperty("Allow")
    ALLOW
}
