package io.redisroles.operator.plan;

import io.redisroles.api.v1alpha1.EvictionPolicy;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** limit = ceil64Mi(M x (1.15 + c) + 48Mi), c = 0.40 for roles that evict and 0.75 for those that do not. */
class MemoryPlanTest {
    @ParameterizedTest
    @CsvSource({
        // MiB of maxmemory, MiB of the limit of an evicting and of a keeping role
        "256, 448, 576",
        "512, 896, 1024",
        "1024, 1664, 2048",
        "4, 64, 64",
        "8, 64, 64",
        "9, 64, 128",
        "10, 64, 128",
        "11, 128, 128",
        // Exactly 24 and 15 units: nothing is added for nothing.
        "960, 1536, 1920",
        "480, 832, 960"
    })
    void aLimitLeavesRoomForWhatMaxmemoryDoesNotCount(long maxMemory, long evicting, long keeping) {
        assertThat(limit(maxMemory * Bytes.MI, EvictionPolicy.ALLKEYS_LRU)).isEqualTo(evicting * Bytes.MI);
        assertThat(limit(maxMemory * Bytes.MI, EvictionPolicy.NOEVICTION)).isEqualTo(keeping * Bytes.MI);
    }

    @ParameterizedTest
    @CsvSource({"960, 1600, ALLKEYS_LRU", "480, 1024, NOEVICTION"})
    void aByteMoreThanAUnitIsAWholeUnitMore(long maxMemory, long limit, EvictionPolicy policy) {
        assertThat(limit(maxMemory * Bytes.MI + 1, policy)).isEqualTo(limit * Bytes.MI);
    }

    @ParameterizedTest
    @CsvSource({"4", "64", "256", "4096", "1048576"})
    void aComputedLimitIsOneThatThePlanItselfAccepts(long maxMemory) {
        for (EvictionPolicy policy : EvictionPolicy.values()) {
            // When
            MemoryPlan plan = new MemoryPlan(maxMemory * Bytes.MI, policy, limit(maxMemory * Bytes.MI, policy));

            // Then
            assertThat(plan.share()).isLessThan(MemoryPlan.largestShare(policy)).isLessThan(MemoryPlan.WARNING_SHARE);
        }
    }

    @ParameterizedTest
    @CsvSource({"256, 64mb", "511, 64mb", "512, 128mb", "4096, 128mb"})
    void aLargerRoleRewritesLessOften(long maxMemory, String floor) {
        assertThat(new MemoryPlan(maxMemory * Bytes.MI, EvictionPolicy.NOEVICTION, 0).rewriteMinSize())
                .isEqualTo(floor);
    }

    private static long limit(long maxMemory, EvictionPolicy policy) {
        return MemoryPlan.computedLimit(maxMemory, policy);
    }
}
