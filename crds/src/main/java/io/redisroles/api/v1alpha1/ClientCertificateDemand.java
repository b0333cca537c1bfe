package io.redisroles.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Whether a role's Redis asks its clients for certificates. */
public enum ClientCertificateDemand {
    /** It asks for none. */
    @JsonProperty("Disabled")
    DISABLED,
    /** Who has none of the role's authority is refused. */
    @JsonProperty("Required")
    REQUIRED
}
