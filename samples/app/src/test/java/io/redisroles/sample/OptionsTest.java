package io.redisroles.sample;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class OptionsTest {
    @Test
    void withoutArgumentsTheDefaultsHold() {
        assertThat(Options.parse(List.of())).isEqualTo(new Options("127.0.0.1", 8081, false));
    }

    @Test
    void everyOptionIsRead() {
        assertThat(Options.parse(List.of("--host", "0.0.0.0", "--port", "0", "--help")))
                .isEqualTo(new Options("0.0.0.0", 0, true));
    }

    @ParameterizedTest
    @CsvSource({
        "--port, --port has no value",
        "--port 65536, --port: 65536 (expected: 0 to 65535)",
        "--port x, --port: x (expected: 0 to 65535)",
        "--verbose, 'unknown option: --verbose (expected: --host, --port or --help)'"
    })
    void whatIsWrongIsNamed(String line, String message) {
        assertThatThrownBy(() -> Options.parse(List.of(line.split(" ", -1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
