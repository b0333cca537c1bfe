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
import io.redisroles.contract.LimitMode;
import io.redisroles.contract.LimitUnit;
import io.redisroles.contract.OnStoreFailure;
import io.redisroles.contract.SubjectPart;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How many requests of a subject, counted by an algorithm. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
        value = "!has(self.per) || self.per.matches('" + DurationText.PATTERN + "')",
        message = "a limit's per is a duration in ms, s, m or h: write for example 30s, 15m or 1h30m")
@ValidationRule(
        value = "!has(self.per) || !self.per.matches('" + DurationText.PATTERN
                + "') || (duration(self.per) >= duration('1s') && duration(self.per) <=" + " duration('744h'))",
        message = "a limit's per is from 1s to 744h: write for example 1m")
@ValidationRule(
        value = "has(self.per) || " + Limit.ALGORITHM + " == 'Concurrency'",
        message = "only algorithm: Concurrency counts without a period: write per, for example 1m")
@ValidationRule(
        value = "!has(self.per) || " + Limit.ALGORITHM + " != 'Concurrency'",
        message = "algorithm: Concurrency counts what runs at the same time and has no period: remove per")
@ValidationRule(
        value = Limit.ALGORITHM + " == 'TokenBucket' || (!has(self.burst) && (!has(self.tiers) || self.tiers.all(t,"
                + " !has(self.tiers[t].burst))))",
        message = "burst belongs to algorithm: TokenBucket: remove it, or set algorithm: TokenBucket")
@ValidationRule(
        value = "!has(self.maxWait) || " + Limit.ALGORITHM + " == 'LeakyBucket'",
        message = "maxWait belongs to algorithm: LeakyBucket: remove it, or set algorithm: LeakyBucket")
@ValidationRule(
        value = "!has(self.maxWait) || self.maxWait.matches('" + DurationText.PATTERN + "')",
        message = "a limit's maxWait is a duration in ms, s, m or h: write for example 500ms or 2s")
@ValidationRule(
        value = "!has(self.maxWait) || !self.maxWait.matches('" + DurationText.PATTERN
                + "') || duration(self.maxWait) <= duration('30s')",
        message = "a limit's maxWait is from 0s to 30s: write for example 1s")
@ValidationRule(
        value = "!has(self.lease) || " + Limit.ALGORITHM + " == 'Concurrency'",
        message = "lease belongs to algorithm: Concurrency: remove it, or set algorithm: Concurrency")
@ValidationRule(
        value = "!has(self.lease) || self.lease.matches('" + DurationText.PATTERN + "')",
        message = "a limit's lease is a duration in ms, s, m or h: write for example 30s or 2m")
@ValidationRule(
        value = "!has(self.lease) || !self.lease.matches('" + DurationText.PATTERN
                + "') || (duration(self.lease) >= duration('3s') && duration(self.lease) <= duration('10m'))",
        message = "a limit's lease is from 3s to 10m: write for example 30s")
@ValidationRule(
        value = "!has(self.cost) || (self.cost <= self.requests && (!has(self.burst) || self.cost <= self.burst) &&"
                + " (!has(self.tiers) || self.tiers.all(t, self.cost <= self.tiers[t].requests &&"
                + " (!has(self.tiers[t].burst) || self.cost <= self.tiers[t].burst))))",
        message = "a limit's cost must not exceed its requests, nor its burst, in any tier, or nothing would ever pass:"
                + " lower cost or raise requests")
@ValidationRule(
        value = "self.by.all(b, self.by.exists_one(c, c.lowerAscii() == b.lowerAscii()))",
        message = "a limit's by names each part once: remove the duplicate")
@ValidationRule(
        value = "!self.by.exists(b, b.startsWith('header:')) || self.by.exists(b, b in ['ip', 'user', 'apiKey'])",
        message = "a client chooses its headers, so header: alone limits nobody: add ip, user or apiKey to by")
@ValidationRule(
        value = "!has(self.unit) || self.unit != 'Message' || " + Limit.ALGORITHM
                + " in ['SlidingWindow', 'TokenBucket']",
        message = "messages are not held back and do not last: count them by algorithm: SlidingWindow or TokenBucket")
@ValidationRule(
        value = "!has(self.tiers) || self.tiers.all(t, size(t) >= 1 && size(t) <= 64)",
        message = "a tier's name has 1 to 64 characters: write for example pro")
public record Limit(
        @Required @JsonPropertyDescription("Unique in the policy.") @Size(max = 63) @Pattern(AccessRule.NAME)
        String name,

        @Required
        @JsonPropertyDescription(
                "Who is counted: user, session, apiKey, ip, rule, path (the pattern that matched), method,"
                        + " header:<name> (only beside ip, user or apiKey); each combination on its own.")
        @Size(min = 1, max = 4)
        List<@Size(max = 71) @Pattern(SubjectPart.PATTERN) String> by,

        @Required
        @JsonPropertyDescription("How many in the period; under Concurrency at the same time.")
        @Min(1)
        @Max(1_000_000_000L)
        long requests,

        @JsonPropertyDescription("The period, for example 1m; none under Concurrency.") @Size(max = 32) @Nullable
        String per,

        @JsonPropertyDescription(
                "SlidingWindow (at most so many in any window), TokenBucket (a burst, then an even rate), LeakyBucket"
                        + " (an even pace, requests wait) or Concurrency (at the same time). SlidingWindow if absent.")
        @Nullable
        Algorithm algorithm,

        @JsonPropertyDescription("TokenBucket: how many at once after a pause. As many as requests if absent.")
        @Min(1)
        @Max(1_000_000_000L)
        @Nullable
        Long burst,

        @JsonPropertyDescription("LeakyBucket: the longest that a request is held, up to 30s. 1s if absent.")
        @Size(max = 32)
        @Nullable
        String maxWait,

        @JsonPropertyDescription(
                "Concurrency: how long the slots of a sidecar that died stay taken, 3s to 10m. 30s if absent.")
        @Size(max = 32)
        @Nullable
        String lease,

        @JsonPropertyDescription("What one request counts for. 1 if absent.") @Min(1) @Max(1_000_000_000L) @Nullable
        Long cost,

        @JsonPropertyDescription(
                "Request, or Message: what a client sends over a WebSocket; over the limit it is closed with 1008."
                        + " Request if absent.")
        @Nullable
        LimitUnit unit,

        @JsonPropertyDescription("Other numbers of requests, by tier.") @Size(max = 16)
        Map<String, TierLimit> tiers,

        @JsonPropertyDescription("Enforce, or Shadow: counted and reported, never refused. Enforce if absent.")
        @Nullable
        LimitMode mode,

        @JsonPropertyDescription("Instead of the policy's.") @Nullable
        OnStoreFailure onStoreFailure) {
    static final String ALGORITHM = "(has(self.algorithm) ? self.algorithm : 'SlidingWindow')";

    public Limit {
        by = Absent.orEmpty(by);
        tiers = Absent.orEmpty(tiers);
    }

    /** How requests are counted. */
    public enum Algorithm {
        /** At most so many in every window, wherever it begins. */
        @JsonProperty("SlidingWindow")
        SLIDING_WINDOW,
        /** A burst at once, then an even rate. */
        @JsonProperty("TokenBucket")
        TOKEN_BUCKET,
        /** An even pace: requests wait for their turn. */
        @JsonProperty("LeakyBucket")
        LEAKY_BUCKET,
        /** So many at the same time. */
        @JsonProperty("Concurrency")
        CONCURRENCY
    }

    /** What one tier gets. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record TierLimit(
            @Required @Min(1) @Max(1_000_000_000L) long requests,

            @JsonPropertyDescription("TokenBucket: as many as the tier's requests if absent.")
            @Min(1)
            @Max(1_000_000_000L)
            @Nullable
            Long burst) {}
}
