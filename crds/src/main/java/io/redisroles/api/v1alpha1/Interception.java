package io.redisroles.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How connections that are meant for the app come to the sidecar. */
public enum Interception {
    /** Netfilter rules in the pod's own network send the app's ports to the sidecar; an init container sets them. */
    @JsonProperty("Redirect")
    REDIRECT,
    /** Services reach the sidecar by the name of the app's port; no container needs a privilege. */
    @JsonProperty("NamedPort")
    NAMED_PORT
}
