package io.redisroles.cli.local;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class BackoffTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final Backoff backoff = new Backoff();

    @Test
    void aProcessThatRanWellIsStartedAgainAtOnce() {
        // Given
        backoff.started(START);
        Instant end = START.plusSeconds(60);

        // When
        backoff.ended(end);

        // Then
        assertThat(backoff.allows(end)).isTrue();
    }

    @Test
    void aProcessThatKeepsEndingWaitsEverLongerUpToFiveSeconds() {
        // Given
        Instant now = START;
        Duration longest = Duration.ZERO;

        // When
        for (int i = 0; i < 20; i++) {
            backoff.started(now);
            backoff.ended(now);
            Duration waited = Duration.ZERO;
            while (!backoff.allows(now.plus(waited))) {
                waited = waited.plusMillis(100);
            }
            assertThat(waited).as("the delay before start %d", i).isGreaterThanOrEqualTo(longest);
            longest = waited;
            now = now.plus(waited);
        }

        // Then
        assertThat(longest).isEqualTo(Duration.ofSeconds(5));
    }
}
