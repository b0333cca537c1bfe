package io.redisroles.contract;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Whether a limit refuses. */
public enum LimitMode {
    /** Over the limit is refused. */
    @JsonProperty("Enforce")
    ENFORCE,
    /** Counted and reported, never refused; debited only if the request is admitted. */
    @JsonProperty("Shadow")
    SHADOW
}
