package io.redisroles.operator.plan;

import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.contract.Endpoint;
import io.redisroles.contract.SidecarConfig;
import io.redisroles.contract.StaticSection;
import io.redisroles.contract.StoreName;
import io.redisroles.operator.Samples;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
                    rules: [{name: a, session: None, limits: [{name: l, by: [ip, ip], requests: 1, per: 1s}]}]          | limit l: by [IP, IP] (expected: each part once)
                    {session: {prefix: "*"}, rules: [{name: a, session: None}]}                                         | session.prefix: "*" (expected: letters, digits
                    {session: {tokenPrefix: "a b"}, rules: [{name: a, session: None}]}                                  | session.tokenPrefix: "a b" (expected: letters, digits
                    {session: {prefix: "rate:"}, rules: [{name: a, session: None}]}                                     | session.prefix: "rate:" (expected: letters, digits and :._/- such as session:, and not beginning with rate:)
                    {session: {sources: [{cookie: a, header: b}]}, rules: [{name: a, session: None}]}                   | (expected: exactly one of cookie, header, bearer)
                    {session: {sources: [{bearer: Token}, {bearer: Token}]}, rules: [{name: a, session: None}]}         | session.sources: more than one is a bearer token
                    {client: {ipv6Prefix: 16}, rules: [{name: a, session: None}]}                                       | client.ipv6Prefix: 16 (expected: 32 to 128)
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
                    {selector: {}, ports: [], roles: {limits: {name: sample}}, rules: [{name: a, session: None}]}                          | spec.ports          | [] (expected: exactly one container port
                    {selector: {}, ports: [1, 2], roles: {limits: {name: sample}}, rules: [{name: a, session: None}]}                      | spec.ports          | [1, 2] (expected: exactly one container port
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
        assertThat(PolicyPlanner.grant(policy, "sample"))
                .as("they go on with the last good rules")
                .isEqualTo(PolicyPlanner.grant(Samples.policy("web"), "sample"));
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
    void equalInputsGiveEqualPlans() {
        assertThat(Samples.plan(Samples.policy("web"), "{role: gateway}"))
                .isEqualTo(Samples.plan(Samples.policy("web"), "{role: gateway}"));
    }

    private static PlanResult<PolicyPlan> planning(AccessPolicy policy) {
        return PolicyPlanner.plan(policy, name -> Optional.of(Samples.plan("{role: gateway}")));
    }

    /** The frame and the rest of a spec, which is a block or one flow mapping. */
    private static String join(String rest) {
        return rest.startsWith("{")
                ? FRAME + rest.substring(1, rest.length() - 1).replace("}, rules:", "}\nrules:")
                : FRAME + rest;
    }
}
