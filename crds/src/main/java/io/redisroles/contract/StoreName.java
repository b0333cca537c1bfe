package io.redisroles.contract;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a sidecar uses a role's Redis for. */
public enum StoreName {
    @JsonProperty("limits")
    LIMITS("limits"),
    @JsonProperty("sessions")
    SESSIONS("sessions"),
    /** Open WebSockets and who is present. */
    @JsonProperty("sockets")
    SOCKETS("sockets");

    private final String jsonName;

    StoreName(String jsonName) {
        this.jsonName = jsonName;
    }

    /** The name as it stands in configuration and file names. */
    public String jsonName() {
        return jsonName;
    }
}
