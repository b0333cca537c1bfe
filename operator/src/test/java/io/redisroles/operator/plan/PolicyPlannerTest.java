package io.redisroles.operator.plan;

import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.contract.Algorithm;
import io.redisroles.contract.CsrfMode;
import io.redisroles.contract.Endpoint;
import io.redisroles.contract.Jwt;
import io.redisroles.contract.LimitMode;
import io.redisroles.contract.LimitUnit;
import io.redisroles.contract.PolicySection;
import io.redisroles.contract.SessionFailure;
import io.redisroles.contract.SidecarConfig;
import io.redisroles.contract.StaticSection;
import io.redisroles.contract.StoreName;
import io.redisroles.contract.SubjectPart;
import io.redisroles.operator.Samples;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class PolicyPlannerTest {
    private static final String FRAME = """
            selector: {matchLabels: {app: shop}}
            ports: [8080]
            roles: {limits: {name: sample}, sessions: {name: sample}}
            """;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    rules: [{name: a, session: None}, {name: a, session: None}]                                         | rules: "a" stands twice
                    rules: []                                                                                           | rules: empty (expected: at least one rule)
                    rules: [{name: A, session: None}]                                                                   | rules[].name: "A" (expected: a DNS label
                    rules: [{session: None}]                                                                            | rules[].name: "null" (expected: a DNS label
                    rules: [{name: a}]                                                                                  | rule a: session: absent
                    rules: [{name: a, session: None, limits: [{name: "x y", by: [ip], requests: 1, per: 1s}]}]          | limits[].name: "x y" (expected: a DNS label
                    rules: [{name: a, session: None, limits: [{name: l, by: [ip], requests: 1}]}]                       | limit l: per: absent
                    rules: [{name: a, session: None, limits: [{name: l, by: [ip], requests: 1, per: soon}]}]            | "soon" is not a duration
                    rules: [{name: a, session: None, limits: [{name: l, by: [ip], requests: 1, per: 10ms}]}]            | limit l: per is 10ms (expected: 1s to 744h)
                    rules: [{name: a, session: None, limits: [{name: l, requests: 1, per: 1s}]}]                        | limit l: by is empty
                    rules: [{name: a, session: None, limits: [{name: l, by: [ip], per: 1s}]}]                           | limit l: requests is 0 (expected: 1 to 1000000000)
                    rules: [{name: a, session: None, limits: [{name: l, by: [ip], requests: 1, per: 1s, cost: 2}]}]     | limit l: cost is 2 (expected: 1 to requests = 1)
                    rules: [{name: a, session: None, limits: [{name: l, by: [user], requests: 1, per: 1s}]}]            | under session: None, which knows no user (expected: ip or rule)
                    {session: {idleTimeout: 2h, maxLifetime: 1h}, rules: [{name: a, session: None}]}                    | session.idleTimeout: 2h (expected: at most maxLifetime = 1h)
                    {session: {prefix: "x:", tokenPrefix: "x:"}, rules: [{name: a, session: None}]}                     | session.tokenPrefix: "x:" is prefix, or prefix and characters of a session id
                    {session: {prefix: "x:", tokenPrefix: "x:t"}, rules: [{name: a, session: None}]}                    | session.tokenPrefix: "x:t" is prefix, or prefix and characters of a session id
                    {session: {idleTimeout: 999ms}, rules: [{name: a, session: None}]}                                  | session.idleTimeout: 999ms (expected: 1s to 8784h)
                    {session: {maxLifetime: 8785h}, rules: [{name: a, session: None}]}                                  | session.maxLifetime: 8785h (expected: 1s to 8784h)
                    rules: [{name: a, session: None, limits: [{name: l, by: [ip, ip], requests: 1, per: 1s}]}]          | limit l: by [ip, ip] (expected: each part once)
                    {session: {prefix: "*"}, rules: [{name: a, session: None}]}                                         | session.prefix: "*" (expected: letters, digits
                    {session: {tokenPrefix: "a b"}, rules: [{name: a, session: None}]}                                  | session.tokenPrefix: "a b" (expected: letters, digits
                    {session: {prefix: "rate:"}, rules: [{name: a, session: None}]}                                     | session.prefix: "rate:" (expected: letters, digits and :._/- such as session:, and not beginning with rate:, socket:, sockets:, presence:)
                    {session: {sources: [{cookie: a, header: b}]}, rules: [{name: a, session: None}]}                   | (expected: exactly one of cookie, header, bearer and apiKey)
                    {session: {sources: [{bearer: Token}, {bearer: Token}]}, rules: [{name: a, session: None}]}         | session.sources: more than one is a bearer token
                    {client: {ipv6Prefix: 16}, rules: [{name: a, session: None}]}                                       | client.ipv6Prefix: 16 (expected: 32 to 128)
                    {client: {proxyProtocol: true}, rules: [{name: a, session: None}]}                                  | client.proxyProtocol: true, but it is believed of trusted proxies only
                    {newSubjectsPerSecond: 0, rules: [{name: a, session: None}]}                                        | newSubjectsPerSecond: 0 (expected: 1 to 1000000)
                    rules: [{name: a, session: None, onSessionStoreFailure: Allow}]                                     | rule a: onSessionStoreFailure under session: None
                    rules: [{name: a, session: None, limits: [{name: l, by: [ip], requests: 1, per: 1s, algorithm: Concurrency}]}] | limit l: per is 1s (expected: none
                    rules: [{name: a, session: None, limits: [{name: l, by: [ip], requests: 1, per: 1s, burst: 2}]}]    | limit l: burst belongs to another algorithm (expected: none, or algorithm: TokenBucket)
                    rules: [{name: a, session: None, limits: [{name: l, by: [ip], requests: 1, per: 1s, maxWait: 1s}]}] | limit l: maxWait belongs to another algorithm
                    rules: [{name: a, session: None, limits: [{name: l, by: [ip], requests: 1, per: 1s, lease: 9s}]}]   | limit l: lease belongs to another algorithm
                    rules: [{name: a, session: None, limits: [{name: l, by: [ip], requests: 1, algorithm: Concurrency, lease: 1s}]}] | lease is 1s (expected: 3s to 10m)
                    rules: [{name: a, session: None, limits: [{name: l, by: [ip], requests: 1, per: 1s, algorithm: LeakyBucket, maxWait: 31s}]}] | maxWait is 31s (expected: 0s to 30s)
                    rules: [{name: a, session: None, limits: [{name: l, by: [ip], requests: 1, unit: Message, algorithm: Concurrency}]}] | limit l: algorithm for messages (expected: SlidingWindow or TokenBucket)
                    rules: [{name: a, session: None, limits: [{name: l, by: ["header:x"], requests: 1, per: 1s}]}]      | limit l: by [header:x]: a client chooses its headers
                    rules: [{name: a, session: None, limits: [{name: l, by: [apiKey], requests: 1, per: 1s}]}]          | under session: None, which knows no user
                    rules: [{name: a, session: Required, limits: [{name: l, by: [apiKey], requests: 1, per: 1s}]}]      | limit l: by apiKey, but no source has API keys (expected: {apiKey: X-API-Key}
                    {session: {sources: [{bearer: Jwt}]}, rules: [{name: a, session: None}]}                            | session.jwt: absent, but a source is bearer: Jwt
                    {session: {jwt: {issuer: i, audience: a, jwks: {uri: "https://i/k"}}}, rules: [{name: a, session: None}]} | session.jwt: no source is bearer: Jwt
                    {session: {sources: [{bearer: Jwt}], jwt: {audience: a, jwks: {uri: "https://i/k"}}}, rules: [{name: a, session: None}]} | session.jwt.issuer: absent
                    {session: {sources: [{bearer: Jwt}], jwt: {issuer: i, audience: a, jwks: {}}}, rules: [{name: a, session: None}]} | session.jwt.jwks: neither of secret and uri (expected: exactly one)
                    {session: {sources: [{bearer: Jwt}], jwt: {issuer: i, audience: a, jwks: {uri: "ftp://i/k"}}}, rules: [{name: a, session: None}]} | session.jwt.jwks.uri: "ftp://i/k" (expected: http or https
                    {session: {sources: [{bearer: Jwt}], jwt: {issuer: i, audience: a, jwks: {secret: {name: s, key: "../k"}}}}, rules: [{name: a, session: None}]} | session.jwt.jwks.secret.key: "../k" (expected: a key
                    {session: {sources: [{bearer: Jwt}, {cookie: sid}], jwt: {issuer: i, audience: a, jwks: {uri: "https://i/k"}, statePrefix: "session:"}}, rules: [{name: a, session: None}]} | session.jwt.statePrefix: "session:" is prefix, or prefix and characters of a session id
                    {session: {sources: [{bearer: Jwt}], jwt: {issuer: i, audience: a, jwks: {uri: "https://i/k"}, statePrefix: "auth:"}}, rules: [{name: a, session: None}]} | session.jwt.statePrefix: "auth:" begins another prefix
                    {session: {apiKeyPrefix: "auth:token:"}, rules: [{name: a, session: None}]}                         | session.apiKeyPrefix: "auth:token:" is tokenPrefix
                    {session: {apiKeyPrefix: "socket:"}, rules: [{name: a, session: None}]}                             | session.apiKeyPrefix: "socket:" (expected: letters
                    {session: {csrf: {mode: Token, trustedOrigins: ["https://a"]}}, rules: [{name: a, session: None}]}  | session.csrf.trustedOrigins: [https://a] (expected: none
                    {session: {csrf: {trustedOrigins: ["https://App.example.com/"]}}, rules: [{name: a, session: None}]} | session.csrf.trustedOrigins: https://App.example.com/ (expected: as a browser writes it
                    {session: {sources: [{apiKey: "a b"}]}, rules: [{name: a, session: None}]}                          | session.sources: "a b" is not the name of a cookie or a header
                    {session: {csrf: {trustedOrigins: ["https://a:443"]}}, rules: [{name: a, session: None}]}           | session.csrf.trustedOrigins: https://a:443 (expected: without the port
                    """)
    void aProblemNamesValueAndExpectation(String rest, String message) {
        // Given
        AccessPolicy policy = Samples.policy("web", join(rest));

        // When
        PlanResult<PolicyPlan> result = planning(policy);

        // Then
        assertThat(result.plan()).isEmpty();
        assertThat(PlanResult.describe(result.problems())).contains(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {ports: [8080], roles: {limits: {name: sample}}, rules: [{name: a, session: None}]}                                    | spec.selector       | absent
                    {selector: {}, ports: [80, 81, 80], roles: {limits: {name: sample}}, rules: [{name: a, session: None}]} | spec.ports | 80 is there twice
                    {selector: {}, ports: [80], opaquePorts: [80], roles: {limits: {name: sample}}, rules: [{name: a, session: None}]} | spec.ports | 80 is in spec.opaquePorts too
                    {selector: {}, opaquePorts: [70000], roles: {limits: {name: sample}}, rules: [{name: a, session: None}]} | spec.opaquePorts | 70000 is not a port
                    {selector: {}, ports: [0], roles: {limits: {name: sample}}, rules: [{name: a, session: None}]}                         | spec.ports          | 0 is not a port
                    {selector: {}, ports: [15001], roles: {limits: {name: sample}}, rules: [{name: a, session: None}]}                     | spec.ports          | 15001 is the sidecar's own
                    {selector: {}, ports: [80], rules: [{name: a, session: None}]}                                                         | spec.roles          | absent
                    {selector: {}, ports: [80], roles: {limits: {name: sample}}, rules: [{name: a, session: Required}]}                    | spec.roles.sessions | rule a asks for a session: name the RedisRole
                    {selector: {}, ports: [80], roles: {}, rules: [{name: a, session: None, limits: [{name: l, by: [ip], requests: 1, per: 1s}]}]} | spec.roles.limits | rule a has limits: name the RedisRole
                    """)
    void aFrameThatDoesNotHoldIsRefused(String spec, String field, String message) {
        // Given
        AccessPolicy policy = Samples.policy("web", spec);

        // When
        PlanResult<PolicyPlan> result = planning(policy);

        // Then
        assertThat(result.plan()).isEmpty();
        assertThat(result.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.field()).isEqualTo(field);
            assertThat(problem.message()).contains(message);
        });
        assertThat(PolicyPlanner.grant(policy, "sample")).isEmpty();
    }

    @Test
    void rulesThatAreWrongLeaveTheSidecarsTheirAccess() {
        // Given
        AccessPolicy policy = Samples.policy("web", join("rules: []"));

        // Then
        assertThat(planning(policy).plan()).isEmpty();
        PolicyGrant good = PolicyPlanner.grant(Samples.policy("web"), "sample").orElseThrow();
        assertThat(PolicyPlanner.grant(policy, "sample"))
                .as("and may have counted for as long as any limit may")
                .hasValue(new PolicyGrant(
                        good.policy(), good.stores(), good.namespace(), good.session(), Duration.ofDays(31)));
        assertThat(good.longestMemory()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void aPrefixThatCouldCoverOtherKeysGivesNoAccess() {
        // Given
        AccessPolicy policy =
                Samples.policy("web", join("{session: {prefix: \"*\"}, rules: [{name: a, session: None}]}"));

        // Then
        assertThat(PolicyPlanner.grant(policy, "sample")).isEmpty();
    }

    @Test
    void aNameThatCouldWriteAclRulesIsRefused() {
        // Given
        AccessPolicy policy = Samples.policy("web");
        policy.getMetadata().setName("web on nopass ~* +@all");

        // Then
        assertThat(planning(policy).problems()).extracting(Problem::field).containsExactly("metadata.name");
        assertThat(PolicyPlanner.grant(policy, "sample")).isEmpty();
    }

    @Test
    void aRoleThatIsNotThereIsNamed() {
        // When
        PlanResult<PolicyPlan> result = PolicyPlanner.plan(Samples.policy("web"), name -> Optional.empty());

        // Then
        assertThat(result.problems())
                .containsExactly(
                        new Problem(
                                "spec.roles.limits",
                                "no usable RedisRole \"sample\" in namespace demo: create it or correct the name"),
                        new Problem(
                                "spec.roles.sessions",
                                "no usable RedisRole \"sample\" in namespace demo: create it or correct the name"));
    }

    @Test
    void oneRoleForBothStoresIsOneGrant() {
        // When
        Optional<PolicyGrant> grant = PolicyPlanner.grant(Samples.policy("web"), "sample");

        // Then
        assertThat(grant).map(PolicyGrant::stores).hasValue(Set.of(StoreName.LIMITS, StoreName.SESSIONS));
        assertThat(PolicyPlanner.grant(Samples.policy("web"), "another")).isEmpty();
    }

    @Test
    void aSidecarIsToldWhereItsStoresAreAndNoSecret() {
        // When
        SidecarConfig config = Samples.plan(
                        Samples.policy("web"), "{role: gateway, service: {name: front, port: 7000}}")
                .config();

        // Then
        assertThat(config.staticSection().stores())
                .containsEntry(
                        StoreName.LIMITS,
                        new StaticSection.Store(
                                "sample",
                                new Endpoint("front.demo.svc", 7000),
                                0,
                                "_policy.web",
                                "/etc/redisroles/credentials/limits.password"))
                .containsKey(StoreName.SESSIONS);
        assertThat(config.staticSection().upstream()).isEqualTo(new Endpoint("127.0.0.1", 8080));
        assertThat(config.policy().revision()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "'{role: gateway}', true",
        "'{role: socket}', true",
        "'{role: compliance}', false",
        "'{role: custom, memory: {maxMemory: 64Mi, evictionPolicy: volatile-random}}', true"
    })
    void limitsAreAtRiskWhereCountersCanBeEvicted(String role, boolean atRisk) {
        assertThat(Samples.plan(Samples.policy("web"), role).limitsAtRisk().isPresent())
                .isEqualTo(atRisk);
    }

    @Test
    void whatIsLeftOutIsFilledIn() {
        // When
        PolicySection section = section("""
                session:
                  sources: [{cookie: sid}, {bearer: Jwt}, {apiKey: X-API-Key}]
                  jwt: {issuer: i, audience: a, jwks: {secret: {name: keys, key: jwks.json}}}
                rules:
                - name: a
                  session: Required
                  limits:
                  - {name: window, by: [user], requests: 9, per: 1m}
                  - {name: bucket, by: [apiKey, "header:X-Tenant"], requests: 9, per: 1m, algorithm: TokenBucket,
                     burst: 3, mode: Shadow, unit: Message, tiers: {pro: {requests: 90}, top: {requests: 90, burst: 30}}}
                  - {name: pace, by: [user], requests: 9, per: 1m, algorithm: LeakyBucket}
                  - {name: open, by: [user], requests: 9, algorithm: Concurrency}
                """);

        // Then
        assertThat(section.newSubjectsPerSecond()).isEqualTo(1000);
        assertThat(section.session().apiKeyPrefix()).isEqualTo("apikey:");
        assertThat(section.session().csrf()).isEqualTo(new PolicySection.Csrf(CsrfMode.CROSS_ORIGIN, List.of()));
        assertThat(section.session().jwt())
                .isEqualTo(new Jwt.Verified("i", "a", new Jwt.InFile("/etc/redisroles/jwks/jwks.json"), "jwt:"));
        assertThat(section.session().sources())
                .containsExactly(
                        new PolicySection.SessionSource(PolicySection.SessionSource.Kind.COOKIE, "sid"),
                        new PolicySection.SessionSource(PolicySection.SessionSource.Kind.BEARER_JWT, "Authorization"),
                        new PolicySection.SessionSource(PolicySection.SessionSource.Kind.API_KEY, "X-API-Key"));
        PolicySection.Rule rule = section.rules().get(0);
        assertThat(rule.onSessionStoreFailure()).isEqualTo(SessionFailure.DENY);
        assertThat(rule.limits())
                .extracting(PolicySection.Limit::algorithm)
                .containsExactly(
                        new Algorithm.SlidingWindow(Duration.ofMinutes(1)),
                        new Algorithm.TokenBucket(Duration.ofMinutes(1)),
                        new Algorithm.LeakyBucket(Duration.ofMinutes(1), Duration.ofSeconds(1)),
                        new Algorithm.Concurrency(Duration.ofSeconds(30)));
        assertThat(rule.limits().get(0).amount()).isEqualTo(PolicySection.Amount.of(9));
        PolicySection.Limit bucket = rule.limits().get(1);
        assertThat(bucket.amount()).isEqualTo(new PolicySection.Amount(9, 3));
        assertThat(bucket.mode()).isEqualTo(LimitMode.SHADOW);
        assertThat(bucket.unit()).isEqualTo(LimitUnit.MESSAGE);
        assertThat(bucket.by()).containsExactly(SubjectPart.API_KEY, SubjectPart.header("x-tenant"));
        assertThat(bucket.tiers())
                .containsEntry("pro", PolicySection.Amount.of(90))
                .containsEntry("top", new PolicySection.Amount(90, 30));
    }

    @Test
    void whatIsWrittenIsTaken() {
        // When
        PolicySection section = section("""
                newSubjectsPerSecond: 7
                client: {proxyProtocol: true, trustedProxies: [10.0.0.0/8]}
                session:
                  sources: [{bearer: Jwt}]
                  prefix: "s:"
                  apiKeyPrefix: "k:"
                  csrf: {mode: Token}
                  jwt: {issuer: i, audience: a, jwks: {uri: "http://keys:8080/jwks"}, statePrefix: "s:"}
                rules:
                - name: a
                  session: Required
                  onSessionStoreFailure: Allow
                  limits:
                  - {name: pace, by: [user], requests: 9, per: 1m, algorithm: LeakyBucket, maxWait: 250ms}
                  - {name: open, by: [user], requests: 9, algorithm: Concurrency, lease: 1m}
                """);

        // Then
        assertThat(section.newSubjectsPerSecond()).isEqualTo(7);
        assertThat(section.client().proxyProtocol()).isTrue();
        assertThat(section.session().apiKeyPrefix()).isEqualTo("k:");
        assertThat(section.session().csrf().mode()).isEqualTo(CsrfMode.TOKEN);
        assertThat(section.session().jwt())
                .isEqualTo(new Jwt.Verified("i", "a", new Jwt.AtUri(URI.create("http://keys:8080/jwks")), "s:"));
        assertThat(section.rules().get(0).onSessionStoreFailure()).isEqualTo(SessionFailure.ALLOW);
        assertThat(section.rules().get(0).limits())
                .extracting(PolicySection.Limit::algorithm)
                .containsExactly(
                        new Algorithm.LeakyBucket(Duration.ofMinutes(1), Duration.ofMillis(250)),
                        new Algorithm.Concurrency(Duration.ofMinutes(1)));
    }

    @Test
    void socketsHaveAStoreAndAGrantOfTheirOwn() {
        // Given
        AccessPolicy policy = Samples.policy("web", """
                selector: {matchLabels: {app: shop}}
                ports: [8080]
                roles: {limits: {name: sample}, sockets: {name: sockets}}
                rules: [{name: a, session: None}]
                """);

        // When
        PlanResult<PolicyPlan> result = planning(policy);

        // Then
        assertThat(PolicyPlanner.grant(policy, "sockets"))
                .map(PolicyGrant::stores)
                .hasValue(Set.of(StoreName.SOCKETS));
        assertThat(result.plan().orElseThrow().config().staticSection().stores())
                .extractingByKey(StoreName.SOCKETS)
                .extracting(StaticSection.Store::passwordFile)
                .isEqualTo("/etc/redisroles/credentials/sockets.password");
        assertThat(PlanResult.describe(result.warnings()))
                .contains("spec.roles.sockets: RedisRole sample is a role: gateway: keep open sockets in a RedisRole");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{role: socket}", "{role: custom, memory: {maxMemory: 64Mi, evictionPolicy: volatile-ttl}}"})
    void aRoleForSocketsIsNothingToWarnOf(String role) {
        // Given
        AccessPolicy policy = Samples.policy("web", """
                selector: {matchLabels: {app: shop}}
                ports: [8080]
                roles: {sockets: {name: sample}}
                rules: [{name: a, session: None}]
                """);

        // Then
        assertThat(PolicyPlanner.plan(policy, name -> Optional.of(Samples.plan(role)))
                        .warnings())
                .isEmpty();
    }

    @Test
    void equalInputsGiveEqualPlans() {
        assertThat(Samples.plan(Samples.policy("web"), "{role: gateway}"))
                .isEqualTo(Samples.plan(Samples.policy("web"), "{role: gateway}"));
    }

    private static PolicySection section(String rest) {
        PlanResult<PolicyPlan> result = planning(Samples.policy("web", FRAME + rest));
        return result.plan()
                .orElseThrow(() -> new AssertionError(PlanResult.describe(result.problems())))
                .config()
                .policy();
    }

    private static PlanResult<PolicyPlan> planning(AccessPolicy policy) {
        return PolicyPlanner.plan(policy, name -> Optional.of(Samples.plan("{role: gateway}")));
    }

    /** The frame and the rest of a spec, which is a block or one flow mapping. */
    private static String join(String rest) {
        return rest.startsWith("{")
                ? FRAME + rest.substring(1, rest.length() - 1).replaceFirst(", rules:", "\nrules:")
                : FRAME + rest;
    }
}
