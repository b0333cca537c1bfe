package io.redisroles.contract;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a rule asks of the session. */
public enum SessionRequirement {
    /** No credential is looked at. */
    @JsonProperty("None")
    NONE,
    /** A valid session is used; without one the request is anonymous. */
    @JsonProperty("Optional")
    OPTIONAL,
    /** No valid session: 401. */
    @JsonProperty("Required")
    REQUIRED
}
