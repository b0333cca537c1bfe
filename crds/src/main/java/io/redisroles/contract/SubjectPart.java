package io.redisroles.contract;

import com.fasterxml.jackson.annotation.JsonProperty;

/** One part of who a limit counts; a limit counts each combination of its parts on its own. */
public enum SubjectPart {
    /** The session's user; the client's ip where an Optional session is absent. */
    @JsonProperty("user")
    USER,
    /** The session itself; the client's ip where an Optional session is absent. */
    @JsonProperty("session")
    SESSION,
    /** The client's address; IPv6 by prefix. */
    @JsonProperty("ip")
    IP,
    /** The rule that matched. */
    @JsonProperty("rule")
    RULE
}
