package io.redisroles.sidecar.limit;

import io.redisroles.contract.Algorithm;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class HotSubjectsTest {
    private static final Terms TERMS = TestLimits.terms(new Algorithm.SlidingWindow(Duration.ofMinutes(1)), 1000);
    private static final long NOW = 1_000_000_000L;

    @Test
    void aQuarterOfTheSizeFindsPlacesForAll() {
        // Given
        HotSubjects subjects = new HotSubjects(4096);

        // When
        int absent = 0;
        for (int user = 0; user < 1024; user++) {
            absent += subjects.find(charge(user), NOW).isEmpty() ? 1 : 0;
        }

        // Then
        assertThat(absent).isZero();
    }

    @Test
    void whoIsKnownIsFoundAgainAndOnlyTheIdleMakeRoom() {
        // Given
        HotSubjects subjects = new HotSubjects(64);
        Set<Integer> known = new HashSet<>();
        for (int user = 0; user < 1000; user++) {
            if (subjects.find(charge(user), NOW).isPresent()) {
                known.add(user);
            }
        }
        assertThat(known).as("bounded").hasSizeBetween(32, 64);

        // When, Then
        assertThat(known).allMatch(user -> subjects.find(charge(user), NOW + 1).isPresent());
        long later = NOW + Duration.ofSeconds(2).toNanos();
        assertThat(subjects.find(charge(5000), later))
                .as("may never come again")
                .isEmpty();
        assertThat(subjects.find(charge(5000), later))
                .as("did, and all are idle")
                .isPresent();
    }

    private static Charge charge(int user) {
        return new Charge(TERMS, "rl:{u%08d}:caas/gateway:api".formatted(user), 1);
    }
}
