package io.redisroles.sidecar.config;

import io.redisroles.contract.HttpMethod;
import io.redisroles.contract.PolicySection.Limit;
import io.redisroles.contract.PolicySection.Rule;
import io.redisroles.contract.SubjectPart;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A rule, ready to match.
 *
 * @param rule as configured
 * @param patterns empty matches every path
 * @param withoutSession the limits that a request without a session is counted under when it is refused
 */
public record CompiledRule(Rule rule, List<PathPattern> patterns, List<Limit> withoutSession) {
    private static final Set<SubjectPart> NEED_SESSION = EnumSet.of(SubjectPart.USER, SubjectPart.SESSION);

    static CompiledRule of(Rule rule) {
        return new CompiledRule(
                rule,
                rule.paths().stream().map(PathPattern::parse).toList(),
                rule.limits().stream().filter(limit -> !needsSession(limit)).toList());
    }

    static boolean needsSession(Limit limit) {
        return limit.by().stream().anyMatch(NEED_SESSION::contains);
    }

    /**
     * Whether the rule is for this request.
     *
     * @param method as in the request line, any token
     * @param path its segments, percent-decoded
     */
    public boolean matches(String method, List<String> path) {
        return matchesMethod(method)
                && (patterns.isEmpty() || patterns.stream().anyMatch(pattern -> pattern.matches(path)));
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
