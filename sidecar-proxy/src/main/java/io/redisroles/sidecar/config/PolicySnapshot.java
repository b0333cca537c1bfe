package io.redisroles.sidecar.config;

import io.redisroles.contract.ConfigException;
import io.redisroles.contract.PolicySection;
import io.redisroles.contract.PolicySection.Limit;
import io.redisroles.contract.PolicySection.Rule;
import io.redisroles.contract.SessionRequirement;
import io.redisroles.contract.StoreName;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A policy, ready to decide by. Immutable: a request keeps the one it began with.
 *
 * @param section as configured
 * @param rules in order
 * @param clients how the client's address is found
 */
public record PolicySnapshot(PolicySection section, List<CompiledRule> rules, ClientAddresses clients) {
    /**
     * Compiles a policy.
     *
     * @throws ConfigException naming what is wrong
     */
    public static PolicySnapshot compile(PolicySection section) {
        section.rules().forEach(PolicySnapshot::check);
        return new PolicySnapshot(
                section,
                section.rules().stream().map(CompiledRule::of).toList(),
                new ClientAddresses(section.client()));
    }

    /** The first rule that matches. */
    public Optional<CompiledRule> match(String method, List<String> path) {
        for (int i = 0; i < rules.size(); i++) { // once a request: no iterator to collect
            if (rules.get(i).matches(method, path)) {
                return Optional.of(rules.get(i));
            }
        }
        return Optional.empty();
    }

    /** The stores that this policy cannot do without. */
    public Set<StoreName> neededStores() {
        Set<StoreName> needed = EnumSet.noneOf(StoreName.class);
        for (Rule rule : section.rules()) {
            if (rule.session() != SessionRequirement.NONE) {
                needed.add(StoreName.SESSIONS);
            }
            if (!rule.limits().isEmpty()) {
                needed.add(StoreName.LIMITS);
            }
        }
        return needed;
    }

    private static void check(Rule rule) {
        for (Limit limit : rule.limits()) {
            if (rule.session() == SessionRequirement.NONE && CompiledRule.needsSession(limit)) {
                throw new ConfigException("rule " + rule.name() + ": limit " + limit.name()
                        + " counts by user or session, but the rule's session is None (expected: by ip or rule)");
            }
        }
    }
}
