package io.redisroles.sidecar.limit;

import io.redisroles.contract.CsrfMode;
import io.redisroles.contract.Identifiers;
import io.redisroles.contract.Jwt;
import io.redisroles.contract.PolicySection;
import io.redisroles.contract.Unmatched;
import java.time.Duration;
import java.util.List;

/** Policies without rules, for what asks only about their names and numbers. */
final class TestPolicies {
    private TestPolicies() {}

    static PolicySection section(int newSubjectsPerSecond, int liveSidecars) {
        return new PolicySection(
                "caas",
                "gateway",
                1,
                Unmatched.DENY,
                Identifiers.PLAIN,
                new PolicySection.Client(List.of(), 64, false),
                new PolicySection.Session(
                        List.of(),
                        "session:",
                        "auth:token:",
                        "apikey:",
                        Duration.ofMinutes(30),
                        Duration.ofHours(24),
                        "created_at",
                        new Jwt.Disabled(),
                        new PolicySection.Csrf(CsrfMode.DISABLED, List.of())),
                new PolicySection.Tier("tier", "free"),
                newSubjectsPerSecond,
                liveSidecars,
                List.of());
    }
}
