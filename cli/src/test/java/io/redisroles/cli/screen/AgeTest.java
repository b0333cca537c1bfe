package io.redisroles.cli.screen;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class AgeTest {
    @ParameterizedTest
    @CsvSource({
        "PT-3S, 0s",
        "PT0.9S, 0s",
        "PT35S, 35s",
        "PT119S, 119s",
        "PT2M, 2m",
        "PT4M12S, 4m12s",
        "PT10M30S, 10m",
        "PT2H59M, 179m",
        "PT3H, 3h",
        "PT7H5M, 7h5m",
        "PT8H5M, 8h",
        "PT47H, 47h",
        "P2D, 2d",
        "P7DT5H, 7d5h",
        "P8DT5H, 8d",
        "P729D, 729d",
        "P730D, 2y",
        "P740D, 2y10d",
        "P3000D, 8y"
    })
    void itIsWrittenAsKubectlDoes(Duration age, String words) {
        assertThat(new Age(age).inWords()).isEqualTo(words);
    }
}
