package io.redisroles.contract;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a limit counts. */
public enum LimitUnit {
    /** Requests; a WebSocket's upgrade is one. */
    @JsonProperty("Request")
    REQUEST,
    /** Messages that a client sends over a WebSocket; over the limit the socket is closed with 1008. */
    @JsonProperty("Message")
    MESSAGE
}
