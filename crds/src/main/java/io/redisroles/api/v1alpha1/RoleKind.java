package io.redisroles.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a Redis is for; each stands for a preset, except {@link #CUSTOM}. */
public enum RoleKind {
    /** Sessions and rate counters. */
    @JsonProperty("gateway")
    GATEWAY,
    /** Presence and WebSockets. */
    @JsonProperty("socket")
    SOCKET,
    /** Caches. */
    @JsonProperty("shared")
    SHARED,
    /** Records that must never be lost. */
    @JsonProperty("compliance")
    COMPLIANCE,
    /** Key material that must never be lost. */
    @JsonProperty("crypto")
    CRYPTO,
    /** Anything else: memory and eviction are the user's to say. */
    @JsonProperty("custom")
    CUSTOM;

    /** The name as it stands in a resource. */
    public String jsonName() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    /** Whether its promise is that nothing is ever evicted. */
    public boolean neverEvicts() {
        return this == COMPLIANCE || this == CRYPTO;
    }
}
