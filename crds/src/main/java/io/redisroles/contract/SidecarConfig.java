package io.redisroles.contract;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Everything a sidecar is told: one YAML file of two sections.
 *
 * @param version of this format; this release reads and writes {@value #VERSION}
 * @param staticSection what needs a restart to change
 * @param policy what is swapped while connections stay open
 */
public record SidecarConfig(
        int version, @JsonProperty("static") StaticSection staticSection, PolicySection policy) {
    public static final int VERSION = 1;

    public SidecarConfig {
        if (version != VERSION) {
            throw new IllegalArgumentException("version: " + version + " (expected: " + VERSION + ")");
        }
    }
}
