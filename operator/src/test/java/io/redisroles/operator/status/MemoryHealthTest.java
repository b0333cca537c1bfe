package io.redisroles.operator.status;

import io.redisroles.api.v1alpha1.Condition;
import io.redisroles.api.v1alpha1.RedisRoleStatus;
import io.redisroles.operator.Samples;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.redis.Observation.Canary.Outcome;
import io.redisroles.operator.redis.RedisLoad;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class MemoryHealthTest {
    private static final RolePlan KEEPING = Samples.plan("{role: crypto}");

    @ParameterizedTest
    @CsvSource({
        "0, True, Healthy, there is room",
        "69.99, True, Healthy, there is room",
        "70, False, NearFull, at least 70 %",
        "84.99, False, NearFull, at least 70 %",
        "85, False, NearFull, at least 85 %",
        "94.99, False, NearFull, at least 85 %",
        "95, False, NearFull, at least 95 %",
        "120, False, NearFull, at least 95 %"
    })
    void aRoleThatNeverEvictsRaisesItsVoiceThreeTimes(double percent, String status, String reason, String message) {
        // When
        Condition memory = memory(Server.of(KEEPING).usedPercent(percent));

        // Then
        assertThat(memory.status()).isEqualTo(status);
        assertThat(memory.reason()).isEqualTo(reason);
        assertThat(memory.message()).startsWith(message);
    }

    @ParameterizedTest
    @CsvSource({
        // role and policy, used %, evicted, keys, keys with TTL, reason
        "'{role: gateway}', 100, 0, 10, 10, Healthy",
        "'{role: gateway}', 94, 5, 10, 10, Healthy",
        "'{role: gateway}', 95, 5, 10, 10, EvictingLiveCounters",
        "'{role: shared}', 100, 5, 10, 0, Healthy",
        "'{role: socket}', 100, 5, 10, 5, Healthy",
        "'{role: socket}', 100, 5, 10, 4, VolatileStarved",
        "'{role: socket}', 94, 5, 10, 0, Healthy",
        "'{role: socket, memory: {evictionPolicy: allkeys-lru}}', 100, 5, 10, 0, Healthy",
        "'{role: shared, memory: {evictionPolicy: volatile-ttl}}', 100, 5, 10, 0, VolatileStarved"
    })
    void anEvictingRoleIsUnwellWhenItLosesWhatIsAlive(
            String spec, double percent, long evicted, long keys, long withTtl, String reason) {
        // Given
        Server server = Server.of(Samples.plan(spec))
                .usedPercent(percent)
                .evicted(evicted)
                .keys(keys, withTtl);

        // When
        Condition memory = memory(server);

        // Then
        assertThat(memory.reason()).isEqualTo(reason);
        assertThat(memory.status()).isEqualTo(reason.equals("Healthy") ? "True" : "False");
    }

    @ParameterizedTest
    @CsvSource({
        "'{role: crypto}', Full, nothing is evicted",
        "'{role: socket}', VolatileStarved, no key with a TTL is left",
        "'{role: shared}', Full, clients' buffers"
    })
    void refusedWritesAreSaidWithTheirCause(String spec, String reason, String cause) {
        // When
        Condition memory = memory(Server.of(Samples.plan(spec)).canary(Outcome.FULL, "OOM"));

        // Then
        assertThat(memory.status()).isEqualTo("False");
        assertThat(memory.reason()).isEqualTo(reason);
        assertThat(memory.message()).startsWith("writes are refused").contains(cause);
    }

    @ParameterizedTest
    @CsvSource({"71, 70", "68, 70", "66.9, ''", "83, 70", "94, 85"})
    void usageThatSwingsAboutAThresholdIsToldOnce(double later, String told) {
        // Given it was just above a threshold
        double before = later > 85 ? 85 : 70;
        RedisRoleStatus known = Server.of(KEEPING).usedPercent(before).first();

        // When
        RedisRoleStatus next = Server.of(KEEPING).usedPercent(later).after(known, Server.NOON);

        // Then
        String message = Conditions.find(next.conditions(), ConditionType.MEMORY_HEALTHY)
                .orElseThrow()
                .message();
        assertThat(message).startsWith(told.isEmpty() ? "there is room" : "at least " + told + " %");
    }

    @Test
    void usageThatFallsFarIsTakenBackStepByStep() {
        // Given
        RedisRoleStatus known = Server.of(KEEPING).usedPercent(96).first();

        // When
        RedisRoleStatus next = Server.of(KEEPING).usedPercent(84).after(known, Server.NOON);

        // Then 85 is near enough to be kept, 95 is not
        assertThat(Conditions.find(next.conditions(), ConditionType.MEMORY_HEALTHY)
                        .orElseThrow()
                        .message())
                .startsWith("at least 85 %");
    }

    @Test
    void aForecastIsSaidWhenAThresholdIsCrossedAndThenStands() {
        // Given
        RedisRoleStatus first = Server.of(KEEPING)
                .usedPercent(71)
                .load(filling(Duration.ofHours(5)))
                .first();

        // When
        RedisRoleStatus later = Server.of(KEEPING)
                .usedPercent(72)
                .load(filling(Duration.ofMinutes(80)))
                .after(first, Server.NOON.plusSeconds(30));
        RedisRoleStatus next = Server.of(KEEPING)
                .usedPercent(86)
                .load(filling(Duration.ofMinutes(80)))
                .after(later, Server.NOON.plusSeconds(60));

        // Then
        assertThat(message(first))
                .isEqualTo(
                        "at least 70 % of 256Mi is used, and this role refuses writes at 100 %, in about 5 hours at the"
                                + " pace of the last hour: raise spec.memory.maxMemory");
        assertThat(message(later)).isEqualTo(message(first));
        assertThat(message(next)).startsWith("at least 85 %").contains("in about 80 minutes");
    }

    @ParameterizedTest
    @CsvSource({
        // spec, copied Mi, reason, expected limit
        "'{role: crypto}', 0, Healthy, ''",
        "'{role: crypto}', 233, Healthy, ''",
        "'{role: crypto}', 234, HeadroomLow, 640Mi",
        "'{role: gateway}', 106, HeadroomLow, 512Mi",
        "'{role: crypto, memory: {containerLimit: 1Gi}}', 600, Healthy, ''"
    })
    void aContainerWithoutRoomForTheCopiesOfARewriteIsToldWhatItNeeds(
            String spec, long copiedMi, String reason, String limit) {
        // When
        Condition memory = memory(
                Server.of(Samples.plan(spec)).load(new RedisLoad(0, 0, false, copiedMi << 20, Optional.empty())));

        // Then
        assertThat(memory.reason()).isEqualTo(reason);
        assertThat(memory.message()).contains(limit);
    }

    private static RedisLoad filling(Duration left) {
        return new RedisLoad(0, 0, false, 0, Optional.of(left));
    }

    private static String message(RedisRoleStatus status) {
        return Conditions.find(status.conditions(), ConditionType.MEMORY_HEALTHY)
                .orElseThrow()
                .message();
    }

    private static Condition memory(Server server) {
        return Conditions.find(server.first().conditions(), ConditionType.MEMORY_HEALTHY)
                .orElseThrow();
    }
}
