package io.redisroles.operator.status;

import io.redisroles.api.v1alpha1.Condition;
import io.redisroles.operator.Samples;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.redis.Observation.Canary.Outcome;
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

    private static Condition memory(Server server) {
        return Conditions.find(server.first().conditions(), ConditionType.MEMORY_HEALTHY)
                .orElseThrow();
    }
}
