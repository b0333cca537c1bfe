package io.redisroles.sidecar.http;

import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class RequestTargetTest {
    @ParameterizedTest
    @CsvSource({
        "/, /",
        "//, /",
        "/a//b, /a/b",
        "/a/./b, /a/b",
        "/a/../b, /b",
        "/../../a, /a",
        "/a/b/.., /a/",
        "/a/., /a/",
        "/%61%2D%7e, /a-~",
        "/%2e%2e/a, /a",
        "/a%3b, /a%3B",
        "/caf%c3%a9, /caf%C3%A9",
        "/%252e%252e/a, /%252e%252e/a",
        "/a?b=/../%2f, /a?b=/../%2f",
        "http://h, /",
        "http://h?x, /?x",
        "HTTPS://h:1/a/../b, /b",
        "*, *"
    })
    void oneFormForEachPath(String target, String origin) {
        assertThat(RequestTarget.parse(target).orElseThrow().origin()).isEqualTo(origin);
    }

    @Test
    void targetsThatNeedNoNormalizingAreReadAsAllOthers() {
        // Given: an absolute form always takes the long way
        Random random = new Random(7);
        for (int round = 0; round < 200_000; round++) {
            StringBuilder target = new StringBuilder("/");
            for (int i = random.nextInt(12); i > 0; i--) {
                target.append("a./;?%2e~b".charAt(random.nextInt(10)));
            }

            // When
            Optional<RequestTarget> origin = RequestTarget.parse(target.toString());
            Optional<RequestTarget> absolute = RequestTarget.parse("http://h" + target);

            // Then
            assertThat(origin.map(RequestTarget::segments))
                    .as(target.toString())
                    .isEqualTo(absolute.map(RequestTarget::segments));
            assertThat(origin.map(RequestTarget::origin))
                    .as(target.toString())
                    .isEqualTo(absolute.map(RequestTarget::origin));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "/a b",
                "/\u00e9",
                "/%2F",
                "/%5c",
                "/a\\b",
                "/%00",
                "/%",
                "/%4",
                "/%zz",
                "/%c3",
                "/%ff",
                "/a#b",
                "/..;/a",
                "/.;x",
                "/..%3bx",
                "ftp://h/",
                "http:///a",
                "http://u@h/"
            })
    void whatCouldMeanTwoThingsIsRefused(String target) {
        assertThat(RequestTarget.parse(target)).isEmpty();
    }

    @Test
    void rulesAreMatchedOnDecodedSegments() {
        assertThat(RequestTarget.parse("/caf%C3%A9/a%3Bb/").orElseThrow().segments())
                .containsExactly("caf\u00e9", "a;b", "");
    }

    @Test
    void normalizingTwiceChangesNothing() {
        // Given
        String once = RequestTarget.parse("//a/%2e/%7Eb/./%c3%a9/../x%3a?q")
                .orElseThrow()
                .origin();

        // When
        String twice = RequestTarget.parse(once).orElseThrow().origin();

        // Then
        assertThat(twice).isEqualTo(once);
    }
}
