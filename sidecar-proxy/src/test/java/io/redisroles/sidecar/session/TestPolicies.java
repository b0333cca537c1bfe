package io.redisroles.sidecar.session;

import io.redisroles.contract.CsrfMode;
import io.redisroles.contract.Identifiers;
import io.redisroles.contract.Jwt;
import io.redisroles.contract.PolicySection;
import io.redisroles.contract.PolicySection.SessionSource;
import io.redisroles.contract.Unmatched;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Policies about sessions, and requests that show credentials. */
final class TestPolicies {
    static final PolicySection POLICY = idle(Duration.ofMinutes(30));

    private TestPolicies() {}

    static PolicySection idle(Duration idle) {
        return of(
                idle,
                new Jwt.Disabled(),
                new SessionSource(SessionSource.Kind.COOKIE, "sid"),
                new SessionSource(SessionSource.Kind.HEADER, "X-Session-Id"),
                new SessionSource(SessionSource.Kind.API_KEY, "X-API-Key"),
                new SessionSource(SessionSource.Kind.BEARER_TOKEN, "Authorization"));
    }

    static PolicySection of(Duration idle, Jwt jwt, SessionSource... sources) {
        return new PolicySection(
                "caas",
                "gateway",
                1,
                Unmatched.DENY,
                Identifiers.HASHED,
                new PolicySection.Client(List.of(), 64, false),
                new PolicySection.Session(
                        List.of(sources),
                        "session:",
                        "auth:token:",
                        "apikey:",
                        idle,
                        Duration.ofHours(24),
                        "created_at",
                        jwt,
                        new PolicySection.Csrf(CsrfMode.DISABLED, List.of())),
                new PolicySection.Tier("tier", "free"),
                1000,
                1,
                List.of());
    }

    /** A request with one header field. */
    static RequestFields field(String name, String value) {
        return asked -> asked.toLowerCase(Locale.ROOT).equals(name) ? List.of(value) : List.of();
    }

    static RequestFields cookie(String id) {
        return field("cookie", "sid=" + id);
    }

    static RequestFields bearer(String token) {
        return field("authorization", "Bearer " + token);
    }

    static RequestFields apiKey(String key) {
        return field("x-api-key", key);
    }
}
