package io.redisroles.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.redisroles.contract.DurationText;
import io.redisroles.contract.OnStoreFailure;
import io.redisroles.contract.SubjectPart;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** At most so many requests of a subject in any window of a period. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
        value = "duration(self.per) >= duration('1s') && duration(self.per) <= duration('744h')",
        message = "a limit's per is between 1s and 744h: write for example 1m")
@ValidationRule(
        value = "!has(self.cost) || (self.cost <= self.requests && (!has(self.tiers) || self.tiers.all(t, self.cost <="
                + " self.tiers[t].requests)))",
        message = "a limit's cost must not exceed its requests in any tier, or nothing would ever pass")
public record Limit(
        @Required @JsonPropertyDescription("Unique in the policy.") @Size(min = 1, max = 63) @Pattern(AccessRule.NAME)
        String name,

        @Required
        @JsonPropertyDescription("Who is counted: user, session, ip, rule; each combination on its own.")
        @Size(min = 1, max = 4)
        List<SubjectPart> by,

        @Required @JsonPropertyDescription("How many in any window.") @Min(1) @Max(1_000_000_000L)
        long requests,

        @Required
        @JsonPropertyDescription("The window's length, for example 1m.")
        @Size(max = 32)
        @Pattern(DurationText.PATTERN)
        String per,

        @JsonPropertyDescription("SlidingWindow if absent.") @Nullable
        Algorithm algorithm,

        @JsonPropertyDescription("What one request counts for. 1 if absent.") @Min(1) @Max(1_000_000_000L) @Nullable
        Long cost,

        @JsonPropertyDescription("Other numbers of requests, by tier.") @Size(max = 16)
        Map<String, TierLimit> tiers,

        @JsonPropertyDescription("Instead of the policy's.") @Nullable
        OnStoreFailure onStoreFailure) {
    public Limit {
        by = Absent.orEmpty(by);
        tiers = Absent.orEmpty(tiers);
    }

    /** How requests are counted. */
    public enum Algorithm {
        /** At most so many in every window, wherever it begins. */
        @JsonProperty("SlidingWindow")
        SLIDING_WINDOW
    }

    /** What one tier gets. */
    public record TierLimit(
            @Required @Min(1) @Max(1_000_000_000L) long requests) {}
}
