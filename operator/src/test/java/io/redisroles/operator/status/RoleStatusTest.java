package io.redisroles.operator.status;

import io.redisroles.api.v1alpha1.Condition;
import io.redisroles.api.v1alpha1.RedisRoleStatus;
import io.redisroles.operator.Samples;
import io.redisroles.operator.plan.PlanResult;
import io.redisroles.operator.plan.Problem;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.redis.Observation;
import io.redisroles.operator.redis.Observation.Canary.Outcome;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

class RoleStatusTest {
    private static final Instant NOON = Server.NOON;
    private static final Instant LATER = NOON.plusSeconds(3600);
    private static final RolePlan PLAN = Samples.plan("{role: gateway, consumers: [{name: app, keys: ['a:*']}]}");
    private static final RolePlan KEEPING = Samples.plan("{role: compliance}");

    @Test
    void aServingRoleIsReadyInEveryRespect() {
        // When
        RedisRoleStatus status = Server.of(PLAN).first();

        // Then
        assertThat(summary(status))
                .containsExactly(
                        "Accepted=True/Valid",
                        "NameConflict=False/NoConflict",
                        "Ready=True/Serving",
                        "Progressing=False/Reconciled",
                        "ConfigApplied=True/Applied",
                        "AclApplied=True/Applied",
                        "MemoryHealthy=True/Healthy",
                        "PersistenceHealthy=True/Healthy");
        assertThat(status.observedGeneration()).isEqualTo(1);
        assertThat(status.endpoint()).isEqualTo("redis-sample.demo.svc:6379");
        assertThat(status.redisVersion()).isEqualTo("7.4.2");
        assertThat(status.conditions()).allSatisfy(condition -> {
            assertThat(condition.lastTransitionTime()).isEqualTo("2026-01-01T12:00:00Z");
            assertThat(condition.observedGeneration()).isEqualTo(1);
            assertThat(condition.message()).isNotBlank();
        });
    }

    static Stream<Arguments> observations() {
        Observation answered = Server.of(PLAN).answer();
        return Stream.of(
                Arguments.of(
                        "nobody asked",
                        seen(new Observation.Unknown()),
                        List.of(
                                "Ready=False/Unreachable",
                                "Progressing=True/Pending",
                                "ConfigApplied=Unknown/Unknown",
                                "AclApplied=Unknown/Unknown",
                                "MemoryHealthy=Unknown/Unknown",
                                "PersistenceHealthy=Unknown/Unknown")),
                Arguments.of(
                        "no answer",
                        seen(new Observation.Unreachable("connection refused")),
                        List.of("Ready=False/Unreachable", "Progressing=True/Pending")),
                Arguments.of("loading", seen(new Observation.Loading()), List.of("Ready=False/Loading")),
                Arguments.of(
                        "the pod is not ready",
                        new ObservedRole(false, false, answered, Server.REVISION, List.of()),
                        List.of("Ready=False/Pending", "Progressing=True/Pending")),
                Arguments.of(
                        "the pod is being replaced",
                        new ObservedRole(false, true, answered, Server.REVISION, List.of()),
                        List.of("Ready=False/Restarting", "Progressing=True/Restarting")),
                Arguments.of(
                        "a child's name is taken",
                        new ObservedRole(true, false, answered, Server.REVISION, List.of("Service redis-sample")),
                        List.of("NameConflict=True/NameConflict", "Ready=False/NameConflict")),
                Arguments.of(
                        "the canary failed",
                        Server.of(PLAN)
                                .canary(Outcome.FAILED, "MISCONF disk is full")
                                .observed(),
                        List.of("Ready=False/NotServing")),
                Arguments.of(
                        "an evicting role refuses writes",
                        Server.of(PLAN).canary(Outcome.FULL, "OOM").observed(),
                        List.of("Ready=False/NotServing", "MemoryHealthy=False/Full")),
                Arguments.of(
                        "another configuration",
                        Server.of(PLAN).config("maxmemory", "1").observed(),
                        List.of("ConfigApplied=False/Different", "Ready=True/Serving")),
                Arguments.of(
                        "other users",
                        Server.of(PLAN).aclRevision("older").observed(),
                        List.of("AclApplied=False/Different")),
                Arguments.of(
                        "no append-only file",
                        Server.of(PLAN).aof(false, true).observed(),
                        List.of("PersistenceHealthy=False/AofDisabled")),
                Arguments.of(
                        "writes to the append-only file fail",
                        Server.of(PLAN).aof(true, false).observed(),
                        List.of("PersistenceHealthy=False/AofWriteFailing")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("observations")
    void whatIsSeenIsSaid(String what, ObservedRole observed, List<String> expected) {
        // When
        RedisRoleStatus status = Server.next(RoleStatus.none(), PLAN, observed, NOON);

        // Then
        assertThat(summary(status)).as(what).containsAll(expected).contains("Accepted=True/Valid");
    }

    @Test
    void aFullRoleThatNeverEvictsStaysReady() {
        // When
        RedisRoleStatus status = Server.of(KEEPING)
                .canary(Outcome.FULL, "OOM command not allowed")
                .first();

        // Then
        assertThat(summary(status)).contains("Ready=True/Serving", "MemoryHealthy=False/Full");
        assertThat(condition(status, ConditionType.READY).message()).contains("writes are refused");
    }

    @Test
    void messagesNameWhatWasFoundAndWhatWasExpected() {
        // When
        RedisRoleStatus status = Server.of(PLAN)
                .config("appendfsync", "no")
                .config("maxmemory", "1")
                .first();

        // Then
        assertThat(condition(status, ConditionType.CONFIG_APPLIED).message())
                .isEqualTo("appendfsync is no (expected: everysec); maxmemory is 1 (expected: 268435456)");
    }

    @Test
    void nothingChangedIsAnEqualStatus() {
        // Given
        RedisRoleStatus first = Server.of(PLAN).used(41 << 20).first();

        // When
        RedisRoleStatus again = Server.of(PLAN).used(42 << 20).after(first, LATER);

        // Then
        assertThat(again).isEqualTo(first);
    }

    @Test
    void aTransitionTimeIsThatOfTheLastChangeOfStatus() {
        // Given
        RedisRoleStatus failing =
                Server.of(PLAN).canary(Outcome.FAILED, "MISCONF").first();

        // When
        RedisRoleStatus otherwiseFailing =
                Server.next(failing, PLAN, seen(new Observation.Unreachable("gone")), NOON.plusSeconds(60));
        RedisRoleStatus serving = Server.of(PLAN).after(otherwiseFailing, LATER);

        // Then
        assertThat(condition(otherwiseFailing, ConditionType.READY).lastTransitionTime())
                .isEqualTo("2026-01-01T12:00:00Z");
        assertThat(condition(serving, ConditionType.READY).lastTransitionTime()).isEqualTo("2026-01-01T13:00:00Z");
        assertThat(condition(serving, ConditionType.ACCEPTED).lastTransitionTime())
                .isEqualTo("2026-01-01T12:00:00Z");
    }

    @Test
    void whatWasLastKnownOfMemoryAndVersionStandsWhileNobodyAnswers() {
        // Given
        RedisRoleStatus nearFull = Server.of(KEEPING).usedPercent(86).first();

        // When
        RedisRoleStatus gone = Server.next(nearFull, KEEPING, seen(new Observation.Unreachable("gone")), LATER);

        // Then
        assertThat(condition(gone, ConditionType.MEMORY_HEALTHY))
                .isEqualTo(condition(nearFull, ConditionType.MEMORY_HEALTHY));
        assertThat(gone.memory()).isEqualTo(nearFull.memory());
        assertThat(gone.redisVersion()).isEqualTo("7.4.2");
    }

    @Test
    void aRejectedSpecSaysSoAndLeavesTheRestStanding() {
        // Given
        RedisRoleStatus serving = Server.of(PLAN).used(41 << 20).first();

        // When
        RedisRoleStatus rejected =
                RoleStatus.rejected(serving, 2, PlanResult.rejected(List.of(new Problem("spec.role", "gone"))), LATER);

        // Then
        assertThat(summary(rejected))
                .containsExactly(
                        "Accepted=False/InvalidSpec",
                        "Ready=False/InvalidSpec",
                        "Progressing=False/InvalidSpec",
                        "NameConflict=False/NoConflict",
                        "ConfigApplied=True/Applied",
                        "AclApplied=True/Applied",
                        "MemoryHealthy=True/Healthy",
                        "PersistenceHealthy=True/Healthy");
        assertThat(condition(rejected, ConditionType.ACCEPTED).message()).isEqualTo("spec.role: gone");
        assertThat(condition(rejected, ConditionType.ACCEPTED).observedGeneration())
                .isEqualTo(2);
        assertThat(condition(rejected, ConditionType.ACL_APPLIED).observedGeneration())
                .isEqualTo(1);
        assertThat(rejected.endpoint()).isEqualTo(serving.endpoint());
        assertThat(rejected.bindings()).isEqualTo(serving.bindings());
        assertThat(rejected.memory()).isEqualTo(serving.memory());
    }

    @Test
    void aWarningIsAcceptedButUnwise() {
        // Given
        PlanResult<RolePlan> result = PlanResult.accepted(PLAN, List.of(new Problem("spec.memory.maxMemory", "tight")));

        // When
        RedisRoleStatus status = RoleStatus.next(
                RoleStatus.none(), 1, PLAN, result, Server.of(PLAN).observed(), NOON);

        // Then
        assertThat(summary(status)).contains("Accepted=True/Unwise", "Ready=True/Serving");
        assertThat(condition(status, ConditionType.ACCEPTED).message()).isEqualTo("spec.memory.maxMemory: tight");
    }

    @Test
    void exactlyOneConsumerIsTheBindingOfAProvisionedService() {
        // Given
        RolePlan two =
                Samples.plan("{role: gateway, consumers: [{name: app, keys: ['a:*']}, {name: b, keys: ['b:*']}]}");

        // When
        RedisRoleStatus one = Server.of(PLAN).first();
        RedisRoleStatus several = Server.of(two).first();

        // Then
        assertThat(one.binding()).isEqualTo(new RedisRoleStatus.Binding("redis-sample.app"));
        assertThat(one.bindings()).containsExactly(new RedisRoleStatus.ConsumerBinding("app", "redis-sample.app"));
        assertThat(several.binding()).isNull();
        assertThat(several.bindings()).hasSize(2);
    }

    private static ObservedRole seen(Observation redis) {
        return new ObservedRole(true, false, redis, Server.REVISION, List.of());
    }

    private static Condition condition(RedisRoleStatus status, ConditionType type) {
        return Conditions.find(status.conditions(), type).orElseThrow();
    }

    private static List<String> summary(RedisRoleStatus status) {
        return status.conditions().stream()
                .map(condition -> condition.type() + "=" + condition.status() + "/" + condition.reason())
                .toList();
    }
}
