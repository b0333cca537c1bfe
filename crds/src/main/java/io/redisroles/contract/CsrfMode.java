package io.redisroles.contract;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How requests that a cookie authenticates are kept from being forged by other sites. */
public enum CsrfMode {
    @JsonProperty("Disabled")
    DISABLED,
    /** By {@code Sec-Fetch-Site}, else by {@code Origin}. */
    @JsonProperty("CrossOrigin")
    CROSS_ORIGIN,
    /** The header {@code X-CSRF-Token} equals the session's field {@code csrf}. */
    @JsonProperty("Token")
    TOKEN
}
