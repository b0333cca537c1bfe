package io.redisroles.operator.redis;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class UsageTrendTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    @Test
    void aSteadyPaceIsCarriedOn() {
        // Given 10 bytes more every 5 s
        UsageTrend trend = UsageTrend.NONE;
        for (int i = 0; i <= 120; i++) {
            trend = trend.with(NOON.plusSeconds(5L * i), 1000 + 10L * i);
        }

        // Then
        assertThat(trend.untilFull(2200 + 7200)).hasValue(Duration.ofHours(1));
        assertThat(trend.untilFull(2200)).hasValue(Duration.ZERO);
        assertThat(trend.untilFull(1L << 60)).as("more than a year").isEmpty();
    }

    @Test
    void oneThatShrinksOrHasJustBegunForetellsNothing() {
        // Given
        UsageTrend young = UsageTrend.NONE.with(NOON, 10).with(NOON.plusSeconds(299), 1000);
        UsageTrend shrinking = UsageTrend.NONE.with(NOON, 1000).with(NOON.plusSeconds(600), 10);

        // Then
        assertThat(UsageTrend.NONE.untilFull(1000)).isEmpty();
        assertThat(young.untilFull(2000)).isEmpty();
        assertThat(shrinking.untilFull(2000)).isEmpty();
    }

    @Test
    void onlyTheLastHourCountsAndFewSamplesAreKept() {
        // Given a day of standstill after much growth
        UsageTrend trend = UsageTrend.NONE.with(NOON, 0).with(NOON.plusSeconds(600), 1_000_000);
        for (int i = 1; i <= 17_280; i++) {
            trend = trend.with(NOON.plusSeconds(600 + 5L * i), 1_000_000);
        }

        // Then
        assertThat(trend.untilFull(2_000_000)).isEmpty();
        assertThat(trend.samples().size()).isBetween(100, 150);
    }

    @Test
    void aClockThatIsSetBackStartsAnew() {
        // Given
        UsageTrend trend = UsageTrend.NONE.with(NOON, 10).with(NOON.plusSeconds(600), 20);

        // When
        UsageTrend after = trend.with(NOON.minusSeconds(60), 30);

        // Then
        assertThat(after.samples()).containsExactly(new UsageTrend.Sample(NOON.minusSeconds(60), 30));
    }
}
