package io.redisroles.bench.policy;

import io.redisroles.contract.CsrfMode;
import io.redisroles.contract.Identifiers;
import io.redisroles.contract.Jwt;
import io.redisroles.contract.PolicySection;
import io.redisroles.contract.PolicySection.Rule;
import io.redisroles.contract.PolicySection.SessionSource;
import io.redisroles.contract.Unmatched;
import java.time.Duration;
import java.util.List;

/** A policy with defaults where a benchmark has no say. */
public final class MeasuredPolicy {
    private MeasuredPolicy() {}

    /** Sessions that opaque bearer tokens show, and these rules. */
    public static PolicySection of(List<Rule> rules) {
        return new PolicySection(
                "bench",
                "bench",
                1,
                Unmatched.DENY,
                Identifiers.HASHED,
                new PolicySection.Client(List.of(), 64, false),
                new PolicySection.Session(
                        List.of(new SessionSource(SessionSource.Kind.BEARER_TOKEN, "Authorization")),
                        "session:",
                        "auth:token:",
                        "apikey:",
                        Duration.ofMinutes(30),
                        Duration.ofHours(24),
                        "created_at",
                        new Jwt.Disabled(),
                        new PolicySection.Csrf(CsrfMode.DISABLED, List.of())),
                new PolicySection.Tier("tier", "free"),
                1000,
                1,
                rules);
    }
}
