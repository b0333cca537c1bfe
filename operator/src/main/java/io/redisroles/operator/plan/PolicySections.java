package io.redisroles.operator.plan;

import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.AccessPolicySpec;
import io.redisroles.api.v1alpha1.AccessRule;
import io.redisroles.api.v1alpha1.Limit;
import io.redisroles.contract.DurationText;
import io.redisroles.contract.Identifiers;
import io.redisroles.contract.KeyNames;
import io.redisroles.contract.OnStoreFailure;
import io.redisroles.contract.PolicySection;
import io.redisroles.contract.PolicySection.SessionSource;
import io.redisroles.contract.SessionRequirement;
import io.redisroles.contract.SubjectPart;
import io.redisroles.contract.Unmatched;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The hot section of the sidecar's configuration, made of an AccessPolicy with every default filled in. */
final class PolicySections {
    private static final List<SessionSource> DEFAULT_SOURCES =
            List.of(new SessionSource(SessionSource.Kind.COOKIE, "sid"));

    private static final Duration SHORTEST_LIFETIME = Duration.ofSeconds(1);
    private static final Duration LONGEST_LIFETIME = Duration.ofDays(366);

    private PolicySections() {}

    /** The section, or what keeps it from being made. */
    record Result(Optional<PolicySection> section, List<Problem> problems) {}

    static Result of(AccessPolicy policy) {
        try {
            return new Result(Optional.of(section(policy)), List.of());
        } catch (IllegalArgumentException e) {
            return new Result(Optional.empty(), List.of(new Problem("spec", String.valueOf(e.getMessage()))));
        }
    }

    /** Where a policy's sessions are, whatever its rules are; empty if that cannot be said safely. */
    static Optional<PolicySection.Session> sessionOf(AccessPolicySpec spec) {
        try {
            return Optional.of(session(Optional.ofNullable(spec.session())));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static PolicySection section(AccessPolicy policy) {
        AccessPolicySpec spec = policy.getSpec();
        if (spec.rules().isEmpty()) {
            throw new IllegalArgumentException("rules: empty (expected: at least one rule)");
        }
        OnStoreFailure onStoreFailure = or(spec.onStoreFailure(), OnStoreFailure.DENY);
        return new PolicySection(
                policy.getMetadata().getNamespace(),
                policy.getMetadata().getName(),
                Optional.ofNullable(policy.getMetadata().getGeneration()).orElse(0L),
                or(spec.unmatched(), Unmatched.DENY),
                or(spec.identifiers(), Identifiers.HASHED),
                client(Optional.ofNullable(spec.client())),
                session(Optional.ofNullable(spec.session())),
                tier(Optional.ofNullable(spec.tier())),
                1,
                spec.rules().stream().map(rule -> rule(rule, onStoreFailure)).toList());
    }

    private static PolicySection.Client client(Optional<AccessPolicySpec.Client> client) {
        return new PolicySection.Client(
                client.map(AccessPolicySpec.Client::trustedProxies).orElse(List.of()),
                client.map(AccessPolicySpec.Client::ipv6Prefix).orElse(64));
    }

    private static PolicySection.Session session(Optional<AccessPolicySpec.Session> session) {
        List<SessionSource> sources = session.map(AccessPolicySpec.Session::sources).orElse(List.of()).stream()
                .map(PolicySections::source)
                .toList();
        if (sources.stream()
                        .filter(source -> source.kind() == SessionSource.Kind.BEARER_TOKEN)
                        .count()
                > 1) {
            throw new IllegalArgumentException(
                    "session.sources: more than one is a bearer token (expected: at most one)");
        }
        PolicySection.Session resolved = new PolicySection.Session(
                sources.isEmpty() ? DEFAULT_SOURCES : sources,
                session.map(AccessPolicySpec.Session::prefix).orElse("session:"),
                session.map(AccessPolicySpec.Session::tokenPrefix).orElse("auth:token:"),
                DurationText.parse(
                        session.map(AccessPolicySpec.Session::idleTimeout).orElse("30m")),
                DurationText.parse(
                        session.map(AccessPolicySpec.Session::maxLifetime).orElse("24h")),
                session.map(AccessPolicySpec.Session::createdField).orElse("created_at"));
        requireLifetime("session.idleTimeout", resolved.idleTimeout());
        requireLifetime("session.maxLifetime", resolved.maxLifetime());
        if (resolved.idleTimeout().compareTo(resolved.maxLifetime()) > 0) {
            throw new IllegalArgumentException("session.idleTimeout: " + DurationText.format(resolved.idleTimeout())
                    + " (expected: at most maxLifetime = " + DurationText.format(resolved.maxLifetime()) + ")");
        }
        requirePrefix("session.prefix", resolved.prefix());
        requirePrefix("session.tokenPrefix", resolved.tokenPrefix());
        if (resolved.tokenPrefix().matches(Pattern.quote(resolved.prefix()) + "[A-Za-z0-9._-]*")) {
            throw new IllegalArgumentException("session.tokenPrefix: \"" + resolved.tokenPrefix()
                    + "\" is prefix, or prefix and characters of a session id, so a session id could pass for a token"
                    + " (expected for example session: and auth:token:)");
        }
        return resolved;
    }

    private static void requireLifetime(String field, Duration lifetime) {
        if (lifetime.compareTo(SHORTEST_LIFETIME) < 0 || lifetime.compareTo(LONGEST_LIFETIME) > 0) {
            throw new IllegalArgumentException(
                    field + ": " + DurationText.format(lifetime) + " (expected: 1s to 8784h)");
        }
    }

    /** Prefixes become ACL patterns: a star or a space in them would give the sidecars more than sessions. */
    private static void requirePrefix(String field, String prefix) {
        if (!prefix.matches("[A-Za-z0-9:._/-]{1,64}") || prefix.startsWith(KeyNames.RATE_PREFIX)) {
            throw new IllegalArgumentException(field + ": \"" + prefix
                    + "\" (expected: letters, digits and :._/- such as session:, and not beginning with "
                    + KeyNames.RATE_PREFIX + ")");
        }
    }

    private static <T> T required(@Nullable T value, String field) {
        if (value == null) {
            throw new IllegalArgumentException(field + ": absent (expected: a value)");
        }
        return value;
    }

    /** Names stand in keys and in the RateLimit fields of answers. */
    private static String name(@Nullable String name, String field) {
        if (name == null || !name.matches("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")) {
            throw new IllegalArgumentException(
                    field + ": \"" + name + "\" (expected: a DNS label of at most 63 characters, such as api)");
        }
        return name;
    }

    private static SessionSource source(AccessPolicySpec.SessionSource source) {
        if (source.cookie() != null && source.header() == null && source.bearer() == null) {
            return new SessionSource(SessionSource.Kind.COOKIE, source.cookie());
        }
        if (source.header() != null && source.cookie() == null && source.bearer() == null) {
            return new SessionSource(SessionSource.Kind.HEADER, source.header());
        }
        if (source.bearer() != null && source.cookie() == null && source.header() == null) {
            return new SessionSource(SessionSource.Kind.BEARER_TOKEN, "Authorization");
        }
        throw new IllegalArgumentException(
                "session.sources: " + source + " (expected: exactly one of cookie, header, bearer)");
    }

    private static PolicySection.Tier tier(Optional<AccessPolicySpec.Tier> tier) {
        return new PolicySection.Tier(
                tier.map(AccessPolicySpec.Tier::field).orElse("tier"),
                tier.map(AccessPolicySpec.Tier::defaultTier).orElse("free"));
    }

    private static PolicySection.Rule rule(AccessRule rule, OnStoreFailure onStoreFailure) {
        Optional<AccessRule.Match> match = Optional.ofNullable(rule.match());
        return new PolicySection.Rule(
                name(rule.name(), "rules[].name"),
                match.map(AccessRule.Match::paths).orElse(List.of()),
                match.map(AccessRule.Match::methods).orElse(List.of()),
                required(rule.session(), "rule " + rule.name() + ": session"),
                rule.limits().stream()
                        .map(limit -> limit(rule, limit, onStoreFailure))
                        .toList());
    }

    private static PolicySection.Limit limit(AccessRule rule, Limit limit, OnStoreFailure onStoreFailure) {
        if (rule.session() == SessionRequirement.NONE
                && (limit.by().contains(SubjectPart.USER) || limit.by().contains(SubjectPart.SESSION))) {
            throw new IllegalArgumentException("limit " + limit.name() + ": by " + limit.by()
                    + " under session: None, which" + " knows no user (expected: ip or rule)");
        }
        if (Set.copyOf(limit.by()).size() < limit.by().size()) {
            throw new IllegalArgumentException(
                    "limit " + limit.name() + ": by " + limit.by() + " (expected: each part once)");
        }
        Map<String, Long> tiers = new TreeMap<>();
        limit.tiers().forEach((tier, tierLimit) -> tiers.put(tier, tierLimit.requests()));
        Duration per = DurationText.parse(required(limit.per(), "limit " + limit.name() + ": per"));
        return new PolicySection.Limit(
                name(limit.name(), "rule " + rule.name() + ": limits[].name"),
                limit.by(),
                limit.requests(),
                per,
                or(limit.cost(), 1L),
                tiers,
                or(limit.onStoreFailure(), onStoreFailure));
    }

    private static <T> T or(@Nullable T wished, T otherwise) {
        return wished == null ? otherwise : wished;
    }
}
