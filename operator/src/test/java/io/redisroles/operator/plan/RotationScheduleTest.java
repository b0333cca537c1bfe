package io.redisroles.operator.plan;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class RotationScheduleTest {
    @ParameterizedTest
    @CsvSource({"30d, 720", "12h, 12", "90m, 1.5", "1d, 24"})
    void aTimeIsRead(String text, double hours) {
        assertThat(read(text, "a").orElseThrow().every()).isEqualTo(Duration.ofMinutes((long) (hours * 60)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"19m", "0d", "", "30", "1w", "-1d", "1.5h"})
    void whatIsShorterThanTheOverlapOrNoTimeIsRefused(String text) {
        // Given
        List<Problem> problems = new ArrayList<>();

        // When
        Optional<RotationSchedule> schedule =
                RotationSchedule.orProblem("spec.passwordRotation.every", text, "a", problems);

        // Then
        assertThat(schedule).isEmpty();
        assertThat(problems)
                .containsExactly(new Problem(
                        "spec.passwordRotation.every",
                        "\"" + text + "\" is not a time of at least 20m (expected for example 30d)"));
    }

    @Test
    void rolesThatBeganTogetherDoNotGoOnTogether() {
        // Given
        Instant made = Instant.parse("2026-01-01T12:00:00Z");

        // When
        List<Instant> due = IntStream.range(0, 100)
                .mapToObj(i -> read("10d", "ns/role-" + i).orElseThrow().due(made))
                .toList();

        // Then
        assertThat(due)
                .allSatisfy(time ->
                        assertThat(time).isBetween(made.plus(Duration.ofDays(9)), made.plus(Duration.ofDays(10))));
        assertThat(due.stream().distinct().count()).isGreaterThan(80);
        assertThat(read("10d", "ns/role-1")).isEqualTo(read("10d", "ns/role-1"));
    }

    private static Optional<RotationSchedule> read(String text, String role) {
        return RotationSchedule.orProblem("field", text, role, new ArrayList<>());
    }
}
