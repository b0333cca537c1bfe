package io.redisroles.operator.status;

import io.redisroles.api.v1alpha1.RedisRoleStatus;
import io.redisroles.operator.Samples;
import io.redisroles.operator.plan.Bytes;
import io.redisroles.operator.plan.RolePlan;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** 5 % of 256Mi is 12.8Mi. */
class MemoryUsageTest {
    private static final Instant NOON = Server.NOON;
    private static final RolePlan PLAN = Samples.plan("{role: compliance}");

    @Test
    void usageIsSaidAtOnce() {
        assertThat(status(41).memory())
                .isEqualTo(new RedisRoleStatus.Memory("41Mi/256Mi", "noeviction", "2026-01-01T12:00:00Z"));
    }

    @ParameterizedTest
    @CsvSource({
        // MiB used, seconds later, expected usage
        "53, 3600, 41Mi/256Mi",
        "29, 3600, 41Mi/256Mi",
        "54, 3600, 54Mi/256Mi",
        "28, 3600, 28Mi/256Mi",
        "54, 59, 41Mi/256Mi",
        "170, 59, 41Mi/256Mi",
        "54, 60, 54Mi/256Mi",
        // A clock that was set back holds nothing up.
        "54, -3600, 54Mi/256Mi"
    })
    void aMoveOfFivePercentIsRewrittenAtMostOnceAMinute(long used, long seconds, String expected) {
        // When
        RedisRoleStatus next = after(status(41), used, NOON.plusSeconds(seconds));

        // Then
        assertThat(memory(next).usage()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"180, 70 %", "218, 85 %", "244, 95 %"})
    void aThresholdIsRewrittenAtOnce(long used, String threshold) {
        // When
        RedisRoleStatus next = after(status(170), used, NOON.plusSeconds(1));

        // Then
        assertThat(memory(next).usage()).isEqualTo(used + "Mi/256Mi");
        assertThat(memory(next).usageTime()).isEqualTo("2026-01-01T12:00:01Z");
        assertThat(next.conditions()).anyMatch(condition -> condition.message().contains(threshold));
    }

    @Test
    void aNewMaxmemoryIsRewrittenAtOnce() {
        // Given
        RolePlan grown = Samples.plan("{role: compliance, memory: {maxMemory: 512Mi}}");

        // When
        RedisRoleStatus next = Server.of(grown).used(41 * Bytes.MI).after(status(41), NOON.plusSeconds(1));

        // Then
        assertThat(memory(next).usage()).isEqualTo("41Mi/512Mi");
    }

    @Test
    void theSameUsageKeepsItsTime() {
        // Given
        RedisRoleStatus near = status(180);

        // When
        RedisRoleStatus next = after(near, 180, NOON.plusSeconds(3600));

        // Then
        assertThat(next).isEqualTo(near);
    }

    @ParameterizedTest
    @CsvSource({"not a time", ","})
    void aTimeThatCannotBeReadHoldsNothingUp(@Nullable String time) {
        // Given
        RedisRoleStatus first = status(41);
        RedisRoleStatus odd = new RedisRoleStatus(
                first.observedGeneration(),
                first.conditions(),
                first.endpoint(),
                first.bindings(),
                first.binding(),
                new RedisRoleStatus.Memory("41Mi/256Mi", "noeviction", time),
                first.redisVersion());

        // When
        RedisRoleStatus next = after(odd, 100, NOON.plusSeconds(1));

        // Then
        assertThat(memory(next).usage()).isEqualTo("100Mi/256Mi");
    }

    private static RedisRoleStatus status(long usedMi) {
        return after(RoleStatus.none(), usedMi, NOON);
    }

    private static RedisRoleStatus after(RedisRoleStatus previous, long usedMi, Instant now) {
        return Server.of(PLAN).used(usedMi * Bytes.MI).after(previous, now);
    }

    private static RedisRoleStatus.Memory memory(RedisRoleStatus status) {
        return Objects.requireNonNull(status.memory());
    }
}
