package io.redisroles.operator.plan;

import io.redisroles.api.v1alpha1.AccessRule;
import io.redisroles.api.v1alpha1.Limit;
import io.redisroles.contract.Algorithm;
import io.redisroles.contract.DurationText;
import io.redisroles.contract.LimitMode;
import io.redisroles.contract.LimitUnit;
import io.redisroles.contract.OnStoreFailure;
import io.redisroles.contract.PolicySection;
import io.redisroles.contract.PolicySection.Amount;
import io.redisroles.contract.SessionRequirement;
import io.redisroles.contract.SubjectPart;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One limit of a rule, with every default filled in. */
final class LimitSection {
    private static final Duration DEFAULT_MAX_WAIT = Duration.ofSeconds(1);
    private static final Duration DEFAULT_LEASE = Duration.ofSeconds(30);
    private static final Set<SubjectPart> BESIDE_A_HEADER =
            Set.of(SubjectPart.IP, SubjectPart.USER, SubjectPart.API_KEY);

    private final AccessRule rule;
    private final Limit limit;
    private final Limit.Algorithm algorithm;

    private LimitSection(AccessRule rule, Limit limit) {
        this.rule = rule;
        this.limit = limit;
        this.algorithm = or(limit.algorithm(), Limit.Algorithm.SLIDING_WINDOW);
    }

    /**
     * The limit as the sidecar reads it.
     *
     * @param onStoreFailure where the limit does not say
     * @throws IllegalArgumentException naming what is wrong
     */
    static PolicySection.Limit of(AccessRule rule, Limit limit, OnStoreFailure onStoreFailure) {
        return new LimitSection(rule, limit).resolve(onStoreFailure);
    }

    private PolicySection.Limit resolve(OnStoreFailure onStoreFailure) {
        requireOwn("burst", hasBurst(), Limit.Algorithm.TOKEN_BUCKET);
        requireOwn("maxWait", limit.maxWait() != null, Limit.Algorithm.LEAKY_BUCKET);
        requireOwn("lease", limit.lease() != null, Limit.Algorithm.CONCURRENCY);
        Map<String, Amount> tiers = new TreeMap<>();
        limit.tiers().forEach((tier, wished) -> tiers.put(tier, amount(wished.requests(), wished.burst())));
        return new PolicySection.Limit(
                PolicySections.name(limit.name(), "rule " + rule.name() + ": limits[].name"),
                subject(),
                amount(limit.requests(), limit.burst()),
                named(this::algorithm),
                or(limit.cost(), 1L),
                unit(),
                or(limit.mode(), LimitMode.ENFORCE),
                tiers,
                or(limit.onStoreFailure(), onStoreFailure));
    }

    private List<SubjectPart> subject() {
        List<SubjectPart> by =
                named(() -> limit.by().stream().map(SubjectPart::parse).toList());
        if (rule.session() == SessionRequirement.NONE
                && by.stream().anyMatch(part -> part.needsSession() || part.equals(SubjectPart.API_KEY))) {
            throw wrong("by " + limit.by() + " under session: None, which knows no user (expected: ip or rule)");
        }
        if (Set.copyOf(by).size() < by.size()) {
            throw wrong("by " + limit.by() + " (expected: each part once)");
        }
        if (by.stream().anyMatch(part -> part.kind() == SubjectPart.Kind.HEADER)
                && by.stream().noneMatch(BESIDE_A_HEADER::contains)) {
            throw wrong("by " + limit.by()
                    + ": a client chooses its headers, so they alone limit nobody (expected: ip, user or apiKey too)");
        }
        return by;
    }

    private Algorithm algorithm() {
        return switch (algorithm) {
            case SLIDING_WINDOW -> new Algorithm.SlidingWindow(per());
            case TOKEN_BUCKET -> new Algorithm.TokenBucket(per());
            case LEAKY_BUCKET -> new Algorithm.LeakyBucket(per(), duration(limit.maxWait(), DEFAULT_MAX_WAIT));
            case CONCURRENCY -> concurrency();
        };
    }

    private Algorithm concurrency() {
        if (limit.per() != null) {
            throw new IllegalArgumentException("per is " + limit.per()
                    + " (expected: none, because Concurrency counts what runs at the same" + " time)");
        }
        return new Algorithm.Concurrency(duration(limit.lease(), DEFAULT_LEASE));
    }

    private Duration per() {
        if (limit.per() == null) {
            throw new IllegalArgumentException("per: absent (expected for example 1m)");
        }
        return DurationText.parse(limit.per());
    }

    private static Duration duration(@Nullable String wished, Duration otherwise) {
        return Optional.ofNullable(wished).map(DurationText::parse).orElse(otherwise);
    }

    private LimitUnit unit() {
        LimitUnit unit = or(limit.unit(), LimitUnit.REQUEST);
        if (unit == LimitUnit.MESSAGE
                && algorithm != Limit.Algorithm.SLIDING_WINDOW
                && algorithm != Limit.Algorithm.TOKEN_BUCKET) {
            throw wrong("algorithm for messages (expected: SlidingWindow or TokenBucket)");
        }
        return unit;
    }

    /** The sidecar wants a burst of every limit; only a TokenBucket's differs from its requests. */
    private Amount amount(long requests, @Nullable Long burst) {
        return named(() -> new Amount(requests, or(burst, requests)));
    }

    private boolean hasBurst() {
        return limit.burst() != null || limit.tiers().values().stream().anyMatch(tier -> tier.burst() != null);
    }

    private void requireOwn(String field, boolean present, Limit.Algorithm owner) {
        if (present && algorithm != owner) {
            throw wrong(field + " belongs to another algorithm (expected: none, or algorithm: "
                    + switch (owner) {
                        case SLIDING_WINDOW -> "SlidingWindow";
                        case TOKEN_BUCKET -> "TokenBucket";
                        case LEAKY_BUCKET -> "LeakyBucket";
                        case CONCURRENCY -> "Concurrency";
                    }
                    + ")");
        }
    }

    /** Says which limit it is that cannot be made. */
    private <T> T named(Supplier<T> part) {
        try {
            return part.get();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("limit " + limit.name() + ": " + e.getMessage(), e);
        }
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException("limit " + limit.name() + ": " + what);
    }

    private static <T> T or(@Nullable T wished, T otherwise) {
        return wished == null ? otherwise : wished;
    }
}
