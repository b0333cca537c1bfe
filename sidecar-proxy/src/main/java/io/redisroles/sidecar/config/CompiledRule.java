package io.redisroles.sidecar.config;

import io.redisroles.contract.HttpMethod;
import io.redisroles.contract.LimitUnit;
import io.redisroles.contract.PolicySection.Limit;
import io.redisroles.contract.PolicySection.Rule;
import io.redisroles.contract.SubjectPart;
import java.util.List;

/**
 * A rule, ready to match.
 *
 * @param rule as configured
 * @param patterns empty matches every path
 * @param limits of requests
 * @param messageLimits of the messages of a WebSocket
 * @param withoutSession the limits that a request without a session is counted under when it is refused
 * @param countsByPath whether a limit counts by the pattern that matched
 */
public record CompiledRule(
        Rule rule,
        List<PathPattern> patterns,
        List<Limit> limits,
        List<Limit> messageLimits,
        List<Limit> withoutSession,
        boolean countsByPath) {
    static CompiledRule of(Rule rule) {
        return new CompiledRule(
                rule,
                rule.paths().stream().map(PathPattern::parse).toList(),
                counting(rule, LimitUnit.REQUEST),
                counting(rule, LimitUnit.MESSAGE),
                counting(rule, LimitUnit.REQUEST).stream()
                        .filter(limit -> !showsWho(limit))
                        .toList(),
                rule.limits().stream().anyMatch(limit -> limit.by().contains(SubjectPart.PATH)));
    }

    private static List<Limit> counting(Rule rule, LimitUnit unit) {
        return rule.limits().stream().filter(limit -> limit.unit() == unit).toList();
    }

    /** Whether what it counts by is known only of a request that showed a credential which holds. */
    private static boolean showsWho(Limit limit) {
        return needsSession(limit) || limit.by().contains(SubjectPart.API_KEY);
    }

    static boolean needsSession(Limit limit) {
        return limit.by().stream().anyMatch(SubjectPart::needsSession);
    }

    /** The first of the rule's patterns that matches a path that the rule is for; as configured, empty if it has none. */
    public String patternOf(List<String> path) {
        for (int i = 0; i < patterns.size(); i++) {
            if (patterns.get(i).matches(path)) {
                return rule.paths().get(i);
            }
        }
        return "";
    }

    /**
     * Whether the rule is for this request.
     *
     * @param method as in the request line, any token
     * @param path its segments, percent-decoded
     */
    public boolean matches(String method, List<String> path) {
        return matchesMethod(method) && matchesPath(path);
    }

    private boolean matchesPath(List<String> path) {
        for (int i = 0; i < patterns.size(); i++) {
            if (patterns.get(i).matches(path)) {
                return true;
            }
        }
        return patterns.isEmpty();
    }

    private boolean matchesMethod(String method) {
        if (rule.methods().isEmpty()) {
            return true;
        }
        for (HttpMethod allowed : rule.methods()) {
            if (allowed.name().equals(method) || (allowed == HttpMethod.GET && method.equals("HEAD"))) {
                return true;
            }
        }
        return false;
    }
}
