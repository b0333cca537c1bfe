package io.redisroles.sidecar.config;

import io.redisroles.contract.ConfigException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PathPatternTest {
    @ParameterizedTest
    @CsvSource({
        "/**, /, true",
        "/**, /a/b, true",
        "/api/**, /api, true",
        "/api/**, /api/, true",
        "/api/**, /api/a/b, true",
        "/api/**, /apix, false",
        "/api/*, /api/a, true",
        "/api/*, /api/, false",
        "/api/*, /api/a/b, false",
        "/api, /api/, false",
        "/api, /API, false",
        "/a/**/z, /a/z, true",
        "/a/**/z, /a/b/z/c/z, true",
        "/a/**/z, /a/b, false",
        "/**/x/*, /a/x/b, true",
        "/**/x/*, /x/x, true",
        "/, /, true"
    })
    void starsMatchSegments(String pattern, String path, boolean matches) {
        assertThat(PathPattern.parse(pattern).matches(List.of(path.substring(1).split("/", -1))))
                .isEqualTo(matches);
    }

    @ParameterizedTest
    @ValueSource(strings = {"api", "", "/a*", "/***"})
    void aPatternThatIsNoneIsNamed(String pattern) {
        assertThatThrownBy(() -> PathPattern.parse(pattern))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("\"" + pattern + "\"");
    }
}
