package io.redisroles.operator.plan;

import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.AccessPolicySpec;
import io.redisroles.api.v1alpha1.AccessRule;
import io.redisroles.contract.Identifiers;
import io.redisroles.contract.OnStoreFailure;
import io.redisroles.contract.PolicySection;
import io.redisroles.contract.SessionFailure;
import io.redisroles.contract.SessionRequirement;
import io.redisroles.contract.SubjectPart;
import io.redisroles.contract.Unmatched;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The hot section of the sidecar's configuration, made of an AccessPolicy with every default filled in. */
final class PolicySections {
    private static final int NEW_SUBJECTS_PER_SECOND = 1000;

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
            return Optional.of(SessionSection.of(Optional.ofNullable(spec.session())));
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
        PolicySection.Session session = SessionSection.of(Optional.ofNullable(spec.session()));
        List<PolicySection.Rule> rules =
                spec.rules().stream().map(rule -> rule(rule, onStoreFailure)).toList();
        requireApiKeys(session, rules);
        return new PolicySection(
                policy.getMetadata().getNamespace(),
                policy.getMetadata().getName(),
                Optional.ofNullable(policy.getMetadata().getGeneration()).orElse(0L),
                or(spec.unmatched(), Unmatched.DENY),
                or(spec.identifiers(), Identifiers.HASHED),
                client(Optional.ofNullable(spec.client())),
                session,
                tier(Optional.ofNullable(spec.tier())),
                or(spec.newSubjectsPerSecond(), NEW_SUBJECTS_PER_SECOND),
                1,
                rules);
    }

    private static PolicySection.Client client(Optional<AccessPolicySpec.Client> client) {
        List<String> trusted =
                client.map(AccessPolicySpec.Client::trustedProxies).orElse(List.of());
        boolean proxyProtocol =
                client.map(AccessPolicySpec.Client::proxyProtocol).orElse(false);
        if (proxyProtocol && trusted.isEmpty()) {
            throw new IllegalArgumentException("client.proxyProtocol: true, but it is believed of trusted proxies only"
                    + " (expected: trustedProxies, for example [10.0.0.0/8])");
        }
        return new PolicySection.Client(
                trusted, client.map(AccessPolicySpec.Client::ipv6Prefix).orElse(64), proxyProtocol);
    }

    /** A limit that counts what no source reads would count addresses. */
    private static void requireApiKeys(PolicySection.Session session, List<PolicySection.Rule> rules) {
        boolean read = session.sources().stream()
                .anyMatch(source -> source.kind() == PolicySection.SessionSource.Kind.API_KEY);
        rules.stream()
                .flatMap(rule -> rule.limits().stream())
                .filter(limit -> !read && limit.by().contains(SubjectPart.API_KEY))
                .findFirst()
                .ifPresent(limit -> {
                    throw new IllegalArgumentException("limit " + limit.name()
                            + ": by apiKey, but no source has API keys (expected: {apiKey: X-API-Key} in"
                            + " session.sources)");
                });
    }

    private static PolicySection.Tier tier(Optional<AccessPolicySpec.Tier> tier) {
        return new PolicySection.Tier(
                tier.map(AccessPolicySpec.Tier::field).orElse("tier"),
                tier.map(AccessPolicySpec.Tier::defaultTier).orElse("free"));
    }

    private static PolicySection.Rule rule(AccessRule rule, OnStoreFailure onStoreFailure) {
        Optional<AccessRule.Match> match = Optional.ofNullable(rule.match());
        SessionRequirement session = required(rule.session(), "rule " + rule.name() + ": session");
        if (session == SessionRequirement.NONE && rule.onSessionStoreFailure() != null) {
            throw new IllegalArgumentException("rule " + rule.name()
                    + ": onSessionStoreFailure under session: None, which looks up no session (expected: none)");
        }
        return new PolicySection.Rule(
                name(rule.name(), "rules[].name"),
                match.map(AccessRule.Match::paths).orElse(List.of()),
                match.map(AccessRule.Match::methods).orElse(List.of()),
                session,
                or(rule.onSessionStoreFailure(), SessionFailure.DENY),
                rule.limits().stream()
                        .map(limit -> LimitSection.of(rule, limit, onStoreFailure))
                        .toList());
    }

    /** Names stand in keys and in the RateLimit fields of answers. */
    static String name(@Nullable String name, String field) {
        if (name == null || !name.matches("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")) {
            throw new IllegalArgumentException(
                    field + ": \"" + name + "\" (expected: a DNS label of at most 63 characters, such as api)");
        }
        return name;
    }

    private static <T> T required(@Nullable T value, String field) {
        if (value == null) {
            throw new IllegalArgumentException(field + ": absent (expected: a value)");
        }
        return value;
    }

    private static <T> T or(@Nullable T wished, T otherwise) {
        return wished == null ? otherwise : wished;
    }
}
