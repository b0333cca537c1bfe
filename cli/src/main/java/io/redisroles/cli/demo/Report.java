package io.redisroles.cli.demo;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * What a demo saw.
 *
 * @param redis what ran as Redis
 * @param readyMillis from start to five roles Ready and the sidecar answering
 * @param parts in order
 */
public record Report(String redis, long readyMillis, List<Part> parts) {
    public Report {
        parts = List.copyOf(parts);
    }

    /** One chapter's promises. */
    public record Part(String title, List<Check> checks) {
        public Part {
            checks = List.copyOf(checks);
        }
    }

    /** Whether every promise held. */
    @JsonProperty
    public boolean held() {
        return broken() == 0;
    }

    /** How many promises there were. */
    @JsonProperty
    public long promises() {
        return parts.stream().mapToLong(part -> part.checks().size()).sum();
    }

    /** How many did not hold. */
    @JsonProperty
    public long broken() {
        return parts.stream()
                .flatMap(part -> part.checks().stream())
                .filter(check -> !check.held())
                .count();
    }
}
