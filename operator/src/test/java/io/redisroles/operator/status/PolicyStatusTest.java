package io.redisroles.operator.status;

import io.redisroles.api.v1alpha1.AccessPolicyStatus;
import io.redisroles.api.v1alpha1.Condition;
import io.redisroles.operator.Samples;
import io.redisroles.operator.plan.PlanResult;
import io.redisroles.operator.plan.PolicyPlan;
import io.redisroles.operator.plan.Problem;
import io.redisroles.operator.status.PolicyStatus.ObservedPolicy;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

class PolicyStatusTest {
    private static final Instant NOON = Server.NOON;
    private static final ObservedPolicy FINE = new ObservedPolicy(true, true, List.of());
    private static final PolicyPlan PLAN = Samples.plan(Samples.policy("web"), "{role: gateway}");

    static Stream<Arguments> observations() {
        return Stream.of(
                Arguments.of(FINE, List.of("Programmed=True/Programmed", "StoreReachable=True/Serving")),
                Arguments.of(
                        new ObservedPolicy(false, true, List.of()),
                        List.of("Programmed=True/Programmed", "StoreReachable=False/NotServing")),
                Arguments.of(
                        new ObservedPolicy(true, false, List.of()),
                        List.of("Programmed=False/Pending", "StoreReachable=True/Serving")),
                Arguments.of(
                        new ObservedPolicy(true, false, List.of("ConfigMap policy-web")),
                        List.of("Programmed=False/NameConflict")));
    }

    @ParameterizedTest
    @MethodSource("observations")
    void whatIsSeenIsSaid(ObservedPolicy observed, List<String> expected) {
        // When
        AccessPolicyStatus status = PolicyStatus.next(PolicyStatus.none(), 1, PLAN, List.of(), observed, NOON);

        // Then
        assertThat(summary(status)).containsAll(expected).contains("Accepted=True/Valid");
    }

    @Test
    void whileNothingIsInjectedNothingIsSaidToBeEnforced() {
        // When
        AccessPolicyStatus status = PolicyStatus.next(PolicyStatus.none(), 1, PLAN, List.of(), FINE, NOON);

        // Then
        assertThat(summary(status)).contains("Enforced=False/NotInjected");
        assertThat(status.sidecars()).isEqualTo(new AccessPolicyStatus.Sidecars(0, 0));
    }

    @ParameterizedTest
    @CsvSource({
        "'{role: gateway}', False/EvictingRole",
        "'{role: custom, memory: {maxMemory: 64Mi, evictionPolicy: volatile-ttl}}', False/EvictingRole",
        "'{role: custom, memory: {maxMemory: 64Mi, evictionPolicy: noeviction}}', True/Durable"
    })
    void countersAreDurableWhereNothingIsEvicted(String role, String expected) {
        // Given
        PolicyPlan plan = Samples.plan(Samples.policy("web"), role);

        // When
        AccessPolicyStatus status = PolicyStatus.next(PolicyStatus.none(), 1, plan, List.of(), FINE, NOON);

        // Then
        assertThat(summary(status)).contains("LimitsDurable=" + expected);
    }

    @Test
    void aPolicyWithoutLimitsHasNoneToLose() {
        // Given
        PolicyPlan plan = Samples.plan(Samples.policy("web", """
                        selector: {matchLabels: {app: shop}}
                        ports: [8080]
                        roles: {sessions: {name: sample}}
                        rules: [{name: all, session: Required}]
                        """), "{role: gateway}");

        // When
        AccessPolicyStatus status = PolicyStatus.next(PolicyStatus.none(), 1, plan, List.of(), FINE, NOON);

        // Then
        assertThat(summary(status)).contains("LimitsDurable=True/NoLimits");
    }

    @Test
    void adviceNamesTheRoleAndTheMend() {
        // When
        AccessPolicyStatus status = PolicyStatus.next(PolicyStatus.none(), 1, PLAN, List.of(), FINE, NOON);

        // Then
        assertThat(Conditions.find(status.conditions(), ConditionType.LIMITS_DURABLE))
                .map(Condition::message)
                .hasValueSatisfying(message -> assertThat(message)
                        .contains("RedisRole sample evicts when it is full")
                        .contains("evictionPolicy noeviction"));
    }

    @Test
    void nothingChangedIsAnEqualStatus() {
        // Given
        AccessPolicyStatus first = PolicyStatus.next(PolicyStatus.none(), 1, PLAN, List.of(), FINE, NOON);

        // When
        AccessPolicyStatus again = PolicyStatus.next(first, 1, PLAN, List.of(), FINE, NOON.plusSeconds(3600));

        // Then
        assertThat(again).isEqualTo(first);
    }

    @Test
    void aRejectedPolicySaysSoAndLeavesTheRestStanding() {
        // Given
        AccessPolicyStatus good = PolicyStatus.next(PolicyStatus.none(), 1, PLAN, List.of(), FINE, NOON);
        PlanResult<PolicyPlan> result = PlanResult.rejected(List.of(new Problem("spec.roles.limits", "no such role")));

        // When
        AccessPolicyStatus rejected = PolicyStatus.rejected(good, 2, result, NOON.plusSeconds(60));

        // Then
        assertThat(summary(rejected))
                .containsExactly(
                        "Accepted=False/InvalidSpec",
                        "Programmed=False/InvalidSpec",
                        "StoreReachable=True/Serving",
                        "LimitsDurable=False/EvictingRole",
                        "Enforced=False/NotInjected");
        assertThat(rejected.observedGeneration()).isEqualTo(2);
        assertThat(Conditions.find(rejected.conditions(), ConditionType.ENFORCED))
                .map(Condition::lastTransitionTime)
                .hasValue("2026-01-01T12:00:00Z");
    }

    @Test
    void whatIsUnwiseIsSaidAndDone() {
        // Given
        List<Problem> warnings = List.of(new Problem("spec.roles.sockets", "RedisRole sample is a role: gateway"));

        // When
        AccessPolicyStatus status = PolicyStatus.next(PolicyStatus.none(), 1, PLAN, warnings, FINE, NOON);

        // Then
        assertThat(summary(status)).contains("Accepted=True/Unwise", "Programmed=True/Programmed");
        assertThat(Conditions.find(status.conditions(), ConditionType.ACCEPTED))
                .map(Condition::message)
                .hasValue("spec.roles.sockets: RedisRole sample is a role: gateway");
    }

    private static List<String> summary(AccessPolicyStatus status) {
        return status.conditions().stream()
                .map(condition -> condition.type() + "=" + condition.status() + "/" + condition.reason())
                .toList();
    }
}
