package io.redisroles.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** When acknowledged writes reach the disk (Redis' {@code appendfsync}). */
public enum Fsync {
    /** Before the acknowledgement. */
    @JsonProperty("Always")
    ALWAYS("always"),
    /** Within a second after it. */
    @JsonProperty("EverySecond")
    EVERY_SECOND("everysec"),
    /** When the operating system writes it. */
    @JsonProperty("Never")
    NEVER("no");

    private final String directive;

    Fsync(String directive) {
        this.directive = directive;
    }

    /** The value of {@code appendfsync}. */
    public String directive() {
        return directive;
    }
}
