package io.redisroles.contract;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What happens to a request that no rule matches. */
public enum Unmatched {
    /** Refuse with 403, code no_rule. */
    @JsonProperty("Deny")
    DENY,
    /** Pass it to the app without limits or session. */
    @JsonProperty("Forward")
    FORWARD
}
