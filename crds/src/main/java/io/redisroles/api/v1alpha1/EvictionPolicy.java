package io.redisroles.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What Redis removes when {@code maxmemory} is reached (its directive {@code maxmemory-policy}). */
public enum EvictionPolicy {
    @JsonProperty("noeviction")
    NOEVICTION("noeviction"),
    @JsonProperty("allkeys-lru")
    ALLKEYS_LRU("allkeys-lru"),
    @JsonProperty("allkeys-lfu")
    ALLKEYS_LFU("allkeys-lfu"),
    @JsonProperty("allkeys-random")
    ALLKEYS_RANDOM("allkeys-random"),
    @JsonProperty("volatile-lru")
    VOLATILE_LRU("volatile-lru"),
    @JsonProperty("volatile-lfu")
    VOLATILE_LFU("volatile-lfu"),
    @JsonProperty("volatile-random")
    VOLATILE_RANDOM("volatile-random"),
    @JsonProperty("volatile-ttl")
    VOLATILE_TTL("volatile-ttl");

    private final String directive;

    EvictionPolicy(String directive) {
        this.directive = directive;
    }

    /** The value of {@code maxmemory-policy}. */
    public String directive() {
        return directive;
    }

    /** Whether Redis removes keys at all. */
    public boolean evicts() {
        return this != NOEVICTION;
    }
}
