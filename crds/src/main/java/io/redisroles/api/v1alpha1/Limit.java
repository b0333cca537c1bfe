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
        value = "self.per.matches('" + DurationText.PATTERN + "')",
        message = "a limit's per is a duration in ms, s, m or h: write for example 30s, 15m or 1h30m")
@ValidationRule(
        value = "!self.per.matches('" + DurationText.PATTERN
                + "') || (duration(self.per) >= duration('1s') && duration(self.per) <=" + " duration('744h'))",
        message = "a limit's per is from 1s to 744h: write for example 1m")
@ValidationRule(
        value = "!has(self.cost) || (self.cost <= self.requests && (!has(self.tiers) || self.tiers.all(t, self.cost <="
                + " self.tiers[t].requests)))",
        message = "a limit's cost must not exceed its requests in any tier, or nothing would ever pass: lower cost or"
                + " raise requests")
@ValidationRule(
        value = "self.by.all(b, self.by.exists_one(c, c == b))",
        message = "a limit's by names each part once: remove the duplicate")
@ValidationRule(
        value = "!has(self.tiers) || self.tiers.all(t, size(t) >= 1 && size(t) <= 64)",
        message = "a tier's name has 1 to 64 characters: write for example pro")
public record Limit(
        @Required @JsonPropertyDescription("Unique in the policy.") @Size(max = 63) @Pattern(AccessRule.NAME)
        String name,

        @Required
        @JsonPropertyDescription("Who is counted: user, session, ip, rule; each combination on its own.")
        @Size(min = 1, max = 4)
        List<SubjectPart> by,

        @Required @JsonPropertyDescription("How many in any window.") @Min(1) @Max(1_000_000_000L)
        long requests,

        @Required @JsonPropertyDescription("The window's length, for example 1m.") @Size(max = 32)
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
