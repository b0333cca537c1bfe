package io.redisroles.sidecar;

import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** Answers of the app of which two readers could find different ends: a 502, and the connection to the app is closed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class AmbiguousAnswerTest {
    private static final String RULES = """
            - {name: all, paths: [], methods: [], session: None, onSessionStoreFailure: Deny, limits: []}
            """;
    private static final String HEAD = "HTTP/1.1 200 OK\r\n";
    private static final String EVIL = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";

    private volatile String next = "";
    private final RawApp app = new RawApp(connection -> {
        while (!connection.head().isEmpty()) {
            connection.say(next);
            connection.socket.shutdownOutput();
        }
    });
    private final RunningProxy proxy = RunningProxy.before(app.port(), RULES);

    @AfterAll
    void stop() {
        proxy.close();
        app.close();
    }

    static Stream<Arguments> ambiguous() {
        return Stream.of(
                arguments("TE and CL", HEAD + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"),
                arguments("two lengths", HEAD + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc"),
                arguments("a list of lengths", HEAD + "Content-Length: 2, 3\r\n\r\nabc"),
                arguments("a negative length", HEAD + "Content-Length: -1\r\n\r\n"),
                arguments("a length that is none", HEAD + "Content-Length: two\r\n\r\nab"),
                arguments("an endless length", HEAD + "Content-Length: 99999999999999999999\r\n\r\nab"),
                arguments("an inner coding", HEAD + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
                arguments("another coding", HEAD + "Transfer-Encoding: gzip\r\n\r\nabc"),
                arguments("a coding in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                arguments("bare LF", "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n"),
                arguments("NUL in a field", HEAD + "X: a\0b\r\nContent-Length: 0\r\n\r\n"),
                arguments("bare CR in a field", HEAD + "X: a\rContent-Length: 3\r\nContent-Length: 0\r\n\r\n"),
                arguments("no status line", "hello\r\n\r\n"),
                arguments("no HTTP", "\u0016\u0003\u0001\u0000\r\n\r\n"),
                arguments("two digits", "HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n"),
                arguments("a bell in the reason", "HTTP/1.1 200 O\u0007K\r\nContent-Length: 0\r\n\r\n"),
                arguments("no status", "HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n"),
                arguments("an endless head", HEAD + "X: " + "a".repeat(70_000) + "\r\nContent-Length: 0\r\n\r\n"),
                arguments("another protocol", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ambiguous")
    void anAmbiguousAnswerIsA502(String what, String said) {
        // Given
        next = said + EVIL;

        // When
        String answer = proxy.get("/x");

        // Then
        assertThat(answer)
                .as(what)
                .startsWith("HTTP/1.1 502 ")
                .contains("\"code\":\"upstream_unavailable\"")
                .doesNotContain("evil");
    }

    @Test
    void aBrokenBodyIsCutOffNotCompleted() {
        // Given
        next = HEAD + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n" + EVIL;

        // When
        String answer = proxy.get("/x");

        // Then
        assertThat(answer).startsWith(HEAD).doesNotContain("0\r\n\r\n").doesNotContain("evil");
    }

    @Test
    void foldedFieldsArriveOnOneLine() {
        next = HEAD + "X-Folded: a\r\n b\r\nContent-Length: 0\r\n\r\n";
        assertThat(proxy.get("/x")).contains("X-Folded: a b\r\n");
    }

    /** RFC 9112 §5.1: it is removed from answers, where it is refused in requests. */
    @Test
    void aBlankBeforeTheColonIsRemoved() {
        next = HEAD + "Content-Length : 2\r\n\r\nok";
        assertThat(proxy.get("/x")).contains("Content-Length: 2\r\n").endsWith("\r\n\r\nok");
    }

    @Test
    void failuresAreCounted() {
        next = "nonsense\r\n\r\n";
        proxy.get("/x");
        proxy.awaitMetrics("redisroles_upstream_failures_total{reason=\"malformed\"}");
    }
}
