package io.redisroles.operator.plan;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class VolumeEstimateTest {
    private static final long FLOOR = 64;

    @ParameterizedTest
    @CsvSource({
        // file, data, near full if it was not, if it was; of a volume of 1000
        "0, 0, false, false",
        "600, 199, false, false",
        "600, 200, false, true",
        "600, 299, false, true",
        "600, 300, true, true",
        "900, 0, true, true",
        "1000, 500, true, true"
    })
    void aVolumeIsNearFullBeforeARewriteWouldFillIt(long file, long dataset, boolean fresh, boolean was) {
        // Given
        VolumeEstimate estimate = new VolumeEstimate(file, dataset, 1000);

        // Then
        assertThat(estimate.isNearFull(false)).isEqualTo(fresh);
        assertThat(estimate.isNearFull(true)).isEqualTo(was);
    }

    @ParameterizedTest
    @CsvSource({
        // file, data, due; of a volume of 1000 and a floor of 64
        "64, 10, false",
        "65, 10, true",
        "200, 100, false",
        "201, 100, true",
        // more than half of the volume with its rewrite, and half of it is worth nothing
        "320, 200, true",
        "300, 200, false",
        // no room for another copy
        "700, 200, true",
        "701, 200, false",
        "950, 100, false"
    })
    void aRewriteIsDueWhenItPaysAndHasTheRoom(long file, long dataset, boolean due) {
        assertThat(new VolumeEstimate(file, dataset, 1000).isRewriteDue(FLOOR)).isEqualTo(due);
    }

    @ParameterizedTest
    @CsvSource({"100, 100", "500, 400", "333, 333"})
    void whatWasJustRewrittenIsNotRewrittenAgain(long dataset, long base) {
        assertThat(new VolumeEstimate(base, dataset, 1000).isRewriteDue(FLOOR)).isFalse();
    }
}
