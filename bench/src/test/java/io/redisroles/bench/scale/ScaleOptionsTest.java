package io.redisroles.bench.scale;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ScaleOptionsTest {
    @Test
    void whatIsNotGivenHasADefault() {
        // When
        ScaleOptions options = ScaleOptions.of(List.of(".", "minutes=3"));

        // Then
        assertThat(options.roles()).isEqualTo(1000);
        assertThat(options.secrets()).isEqualTo(10_000);
        assertThat(options.steady()).isEqualTo(Duration.ofMinutes(3));
    }

    @ParameterizedTest
    @CsvSource({
        "rolls=5, '\"rolls=5\" (expected: NAME=VALUE with a name of '",
        "roles, '\"roles\" (expected: NAME=VALUE with a name of '",
        "roles=many, 'roles=many (expected: a number from 1 to 5000)'",
        "roles=0, 'roles=0 (expected: a number from 1 to 5000)'"
    })
    void whatCannotBeUsedIsNamed(String argument, String message) {
        assertThatThrownBy(() -> ScaleOptions.of(List.of(".", argument)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }
}
