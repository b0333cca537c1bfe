package io.redisroles.operator.status;

import io.redisroles.api.v1alpha1.RedisRoleStatus;
import io.redisroles.operator.Samples;
import io.redisroles.operator.plan.PlanResult;
import io.redisroles.operator.plan.Problem;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.redis.Observation;
import io.redisroles.operator.redis.Observation.Canary.Outcome;
import io.redisroles.operator.status.Transitions.RoleEvent;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TransitionsTest {
    private static final RolePlan PLAN = Samples.plan("{role: compliance}");
    private static final RedisRoleStatus SERVING = Server.of(PLAN).first();

    @Test
    void nothingChangedIsNoEvent() {
        assertThat(events(SERVING, Server.of(PLAN).after(SERVING, Server.NOON.plusSeconds(9))))
                .isEmpty();
    }

    @Test
    void whatIsSaidForTheFirstTimeIsAnEventUnlessItIsUnknown() {
        // Given
        ObservedRole nothing = new ObservedRole(false, false, new Observation.Unknown(), Server.REVISION, List.of());

        // When
        RedisRoleStatus pending = Server.next(RoleStatus.none(), PLAN, nothing, Server.NOON);

        // Then
        assertThat(events(RoleStatus.none(), pending))
                .extracting(RoleEvent::reason)
                .containsExactly("Valid", "NoConflict", "Pending", "Pending");
    }

    @Test
    void exactlyTheChangedConditionIsAnEvent() {
        // Given
        RedisRoleStatus failing = Server.of(PLAN).aof(true, false).after(SERVING, Server.NOON);

        // When
        List<RoleEvent> worse = events(SERVING, failing);
        List<RoleEvent> better = events(failing, SERVING);

        // Then
        assertThat(worse)
                .containsExactly(new RoleEvent(
                        true,
                        "AofWriteFailing",
                        "PersistenceHealthy=False: the last write to the append-only file failed: look at the volume's"
                                + " space"));
        assertThat(better)
                .containsExactly(
                        new RoleEvent(false, "Healthy", "PersistenceHealthy=True: the append-only file is written"));
    }

    @Test
    void everyThresholdOfAFillingRoleIsAnEvent() {
        // Given
        RedisRoleStatus at70 = Server.of(PLAN).usedPercent(70).after(SERVING, Server.NOON);
        RedisRoleStatus at85 = Server.of(PLAN).usedPercent(85).after(at70, Server.NOON);

        // Then
        assertThat(events(SERVING, at70))
                .singleElement()
                .satisfies(event -> assertThat(event.message()).contains("at least 70 %"));
        assertThat(events(at70, at85)).singleElement().satisfies(event -> {
            assertThat(event.warning()).isTrue();
            assertThat(event.reason()).isEqualTo("NearFull");
            assertThat(event.message()).contains("at least 85 %");
        });
    }

    @Test
    void anotherMessageAloneIsNoEvent() {
        // Given
        RedisRoleStatus one = Server.of(PLAN).canary(Outcome.FAILED, "a").after(SERVING, Server.NOON);
        RedisRoleStatus two = Server.of(PLAN).canary(Outcome.FAILED, "b").after(one, Server.NOON);

        // Then
        assertThat(events(one, two)).isEmpty();
    }

    @Test
    void aMendedSpecIsOnlyTheEventsOfItsMending() {
        // Given
        RedisRoleStatus rejected = RoleStatus.rejected(
                SERVING, 2, PlanResult.rejected(List.of(new Problem("spec", "wrong"))), Server.NOON);

        // When
        List<RoleEvent> breaking = events(SERVING, rejected);
        List<RoleEvent> mending = events(rejected, Server.of(PLAN).after(rejected, Server.NOON));

        // Then
        assertThat(breaking).extracting(RoleEvent::reason).containsExactly("InvalidSpec", "InvalidSpec", "InvalidSpec");
        assertThat(mending).extracting(RoleEvent::reason).containsExactly("Valid", "Serving", "Reconciled");
    }

    @Test
    void whatIsUnwiseIsAWarning() {
        // Given
        PlanResult<RolePlan> unwise = PlanResult.accepted(PLAN, List.of(new Problem("spec", "tight")));

        // When
        RedisRoleStatus status =
                RoleStatus.next(SERVING, 1, PLAN, unwise, Server.of(PLAN).observed(), Server.NOON);

        // Then
        assertThat(events(SERVING, status))
                .containsExactly(new RoleEvent(true, "Unwise", "Accepted=True: spec: tight"));
    }

    private static List<RoleEvent> events(RedisRoleStatus before, RedisRoleStatus after) {
        return Transitions.between(before.conditions(), after.conditions());
    }
}
