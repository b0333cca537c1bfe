package io.redisroles.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Whether connections to a role are encrypted, and where its certificate comes from. */
public enum TlsMode {
    /** They are not. */
    @JsonProperty("Disabled")
    DISABLED,
    /** From an authority of the role's own, which the operator keeps. */
    @JsonProperty("Managed")
    MANAGED,
    /** From an issuer of cert-manager. */
    @JsonProperty("CertManager")
    CERT_MANAGER,
    /** From a Secret that somebody else keeps. */
    @JsonProperty("Secret")
    SECRET
}
