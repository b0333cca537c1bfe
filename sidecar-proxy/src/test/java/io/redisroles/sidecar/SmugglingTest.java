package io.redisroles.sidecar;

import java.io.UncheckedIOException;
import java.util.List;
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

/** Bytes that two readers could take for different requests: refused, the connection closed, nothing forwarded. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class SmugglingTest {
    private static final String RULES = """
            - {name: app, paths: ["/app/**"], methods: [], session: None, onSessionStoreFailure: Deny, limits: []}
            """;
    private static final String POST = "POST /app/x HTTP/1.1\r\nHost: a\r\n";
    private static final String CHUNKED_POST =
            "POST /app/body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final String SMUGGLED = "GET /app/smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

    private final RunningProxy proxy = RunningProxy.start(RULES);

    @AfterAll
    void stop() {
        proxy.close();
    }

    static Stream<Arguments> ambiguous() {
        return Stream.of(
                arguments("TE beside CL", POST + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"),
                arguments("CL beside TE", POST + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                arguments("two lengths", POST + "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde"),
                arguments("the same length twice", POST + "Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd"),
                arguments("a list of lengths", POST + "Content-Length: 4, 4\r\n\r\nabcd"),
                arguments("a signed length", POST + "Content-Length: +4\r\n\r\nabcd"),
                arguments("a negative length", POST + "Content-Length: -1\r\n\r\n"),
                arguments("a length in hex", POST + "Content-Length: 0x4\r\n\r\nabcd"),
                arguments(
                        "two codings",
                        POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"),
                arguments("an inner coding", POST + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
                arguments("an unknown coding", POST + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
                arguments(
                        "a coding in HTTP/1.0", "POST /app/x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                arguments("a blank before the colon", POST + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
                arguments("a tab before the colon", POST + "Content-Length\t: 4\r\n\r\nabcd"),
                arguments("a folded line", POST + "X-A: b\r\n Content-Length: 4\r\n\r\n"),
                arguments("a line folded by a tab", POST + "X-A: b\r\n\tc\r\n\r\n"),
                arguments("a blank before the first field", "GET /app/x HTTP/1.1\r\n Host: a\r\nHost: a\r\n\r\n"),
                arguments("bare LF after the request line", "GET /app/x HTTP/1.1\nHost: a\r\n\r\n"),
                arguments("bare LF after a field", "GET /app/x HTTP/1.1\r\nHost: a\n\r\n"),
                arguments("bare CR in a field", "GET /app/x HTTP/1.1\r\nHost: a\r\nX: b\rContent-Length: 4\r\n\r\n"),
                arguments("NUL in a field", "GET /app/x HTTP/1.1\r\nHost: a\r\nX: b\0c\r\n\r\n"),
                arguments("an empty field name", "GET /app/x HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n"),
                arguments("no host", "GET /app/x HTTP/1.1\r\n\r\n"),
                arguments("two hosts", "GET /app/x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
                arguments("a host with a path", "GET /app/x HTTP/1.1\r\nHost: a/b\r\n\r\n"),
                arguments("no version", "GET /app/x\r\n\r\n"),
                arguments("another version", "GET /app/x HTTP/1.2\r\nHost: a\r\n\r\n"),
                arguments("TRACE", "TRACE /app/x HTTP/1.1\r\nHost: a\r\n\r\n"),
                arguments("a coding in quotes", POST + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n"),
                arguments("chunked twice", POST + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
                arguments("chunked not last", POST + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
                arguments("a vertical tab", POST + "Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n"),
                arguments("no coding", POST + "Transfer-Encoding:\r\nContent-Length: 4\r\n\r\nabcd"),
                arguments("TE beside CL, other case", POST + "tRANSFER-eNCODING: Chunked\r\ncONTENT-lENGTH: 4\r\n\r\n"),
                arguments("a length beyond all numbers", POST + "Content-Length: 99999999999999999999\r\n\r\nabcd"),
                arguments("a length with blanks", POST + "Content-Length: 4 4\r\n\r\nabcd"),
                arguments("a folded first line", "GET /app/x HTTP/1.1\r\n\tHost: a\r\n\r\n"),
                arguments("DEL in a field", "GET /app/x HTTP/1.1\r\nHost: a\r\nX: b\u007fc\r\n\r\n"),
                arguments("no colon", "GET /app/x HTTP/1.1\r\nHost: a\r\nX\r\n\r\n"),
                arguments("a blank in a field name", "GET /app/x HTTP/1.1\r\nHost: a\r\nX Y: b\r\n\r\n"),
                arguments("bytes beyond ASCII in a name", "GET /app/x HTTP/1.1\r\nHost: a\r\nX\u00e9: b\r\n\r\n"),
                arguments("two hosts alike", "GET /app/x HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
                arguments("a list of hosts", "GET /app/x HTTP/1.1\r\nHost: a, b\r\n\r\n"),
                arguments("a user in the host", "GET /app/x HTTP/1.1\r\nHost: u@a\r\n\r\n"),
                arguments("a user in an absolute target", "GET http://u@a/app/x HTTP/1.1\r\nHost: a\r\n\r\n"),
                arguments("another scheme", "GET ftp://a/app/x HTTP/1.1\r\nHost: a\r\n\r\n"),
                arguments("an authority as target", "GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n"),
                arguments("bytes beyond ASCII in the target", "GET /app/x\u00ff HTTP/1.1\r\nHost: a\r\n\r\n"),
                arguments("CONNECT", "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n"),
                arguments("a blank in the target", "GET /app/x y HTTP/1.1\r\nHost: a\r\n\r\n"),
                arguments("an encoded slash", "GET /app/..%2f..%2fadmin HTTP/1.1\r\nHost: a\r\n\r\n"),
                arguments("an encoded backslash", "GET /app/%5c HTTP/1.1\r\nHost: a\r\n\r\n"),
                arguments("a backslash", "GET /app\\..\\admin HTTP/1.1\r\nHost: a\r\n\r\n"),
                arguments("an encoded NUL", "GET /app/%00 HTTP/1.1\r\nHost: a\r\n\r\n"),
                arguments("bad UTF-8", "GET /app/%c0%af HTTP/1.1\r\nHost: a\r\n\r\n"),
                arguments("half an octet", "GET /app/%4 HTTP/1.1\r\nHost: a\r\n\r\n"),
                arguments("dots before parameters", "GET /app/..;x/admin HTTP/1.1\r\nHost: a\r\n\r\n"),
                arguments("a fragment", "GET /app/x#y HTTP/1.1\r\nHost: a\r\n\r\n"),
                arguments("nominated length", POST + "Connection: content-length\r\nContent-Length: 4\r\n\r\nabcd"),
                arguments("nominated host", "GET /app/x HTTP/1.1\r\nHost: a\r\nConnection: host\r\n\r\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ambiguous")
    void ambiguityIsRefusedAndNothingPasses(String what, String request) {
        // When
        String answer = RawClient.untilClose(proxy.address(), request + SMUGGLED);

        // Then
        assertThat(answer)
                .as(what)
                .startsWith("HTTP/1.1 400 ")
                .containsOnlyOnce("HTTP/1.1")
                .contains("connection: close");
        assertThat(proxy.app.heads())
                .as("only these requests ask for /app/x, and none of them arrives")
                .noneMatch(head -> head.contains(" /app/x") || head.contains("smuggled") || head.contains("admin"));
    }

    static Stream<Arguments> badBodies() {
        return Stream.of(
                arguments("a size that is none", "zz\r\nabc\r\n0\r\n\r\n"),
                arguments("a signed size", "+3\r\nabc\r\n0\r\n\r\n"),
                arguments("a size in 0x", "0x3\r\nabc\r\n0\r\n\r\n"),
                arguments("an endless size", "fffffffffffffffff\r\nabc\r\n0\r\n\r\n"),
                arguments("too much in a chunk", "3\r\nabcd\r\n0\r\n\r\n"),
                arguments("bare LF after a size", "3\nabc\r\n0\r\n\r\n"),
                arguments("bare LF after a chunk", "3\r\nabc\n0\r\n\r\n"),
                arguments("a blank before a size", " 3\r\nabc\r\n0\r\n\r\n"),
                arguments("a size of nothing", "\r\nabc\r\n0\r\n\r\n"),
                arguments("a negative size", "-3\r\nabc\r\n0\r\n\r\n"),
                arguments("a size that overflows an int", "100000003\r\nabc\r\n0\r\n\r\n"),
                arguments("bare CR after a size", "3\rabc\r\n0\r\n\r\n"),
                arguments("bare LF in a trailer", "0\r\nX: y\n\r\n"),
                arguments("bare LF in an extension", "3;a=b\nc\r\nabc\r\n0\r\n\r\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badBodies")
    void aBadBodyEndsBothConnections(String what, String body) {
        // When
        String answer = RawClient.untilClose(proxy.address(), CHUNKED_POST + body + SMUGGLED);

        // Then
        assertThat(answer).as(what).startsWith("HTTP/1.1 400 ").containsOnlyOnce("HTTP/1.1");
        assertThat(proxy.app.heads()).as(what).noneMatch(head -> head.contains("smuggled"));
    }

    @Test
    void tooMuchHeadIsA431() {
        assertThat(proxy.get("/app/x", "X-Long: " + "a".repeat(70_000))).startsWith("HTTP/1.1 431 ");
        assertThat(proxy.get("/app/x", "X: 1\r\n".repeat(200) + "X: 1")).startsWith("HTTP/1.1 431 ");
        assertThat(proxy.get("/app/" + "a".repeat(20_000))).startsWith("HTTP/1.1 414 ");
    }

    @Test
    void aHeadOfManyFieldsIsNotEvenReadToItsEnd() {
        assertThat(RawClient.untilClose(proxy.address(), "GET /app/x HTTP/1.1\r\nHost: a\r\n" + "X: 1\r\n".repeat(250)))
                .startsWith("HTTP/1.1 431 ");
        proxy.awaitMetrics("redisroles_input_refused_total{reason=\"head_too_large\"}");
    }

    @Test
    void aHugeCookieThatFitsPasses() {
        assertThat(proxy.get("/app/cookie", "Cookie: a=" + "b".repeat(40_000))).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void extensionsOfChunksDoNotReachTheApp() {
        assertThat(RawClient.untilClose(
                        proxy.address(),
                        RawClient.head(
                                        "POST /app/extended HTTP/1.1",
                                        "Host: a",
                                        "Connection: close",
                                        "Transfer-Encoding: chunked")
                                + RawClient.head("3;a=b", "abc", "0;last")))
                .startsWith("HTTP/1.1 200 ")
                .contains("body=3\n");
    }

    @Test
    void whatIsNotHttpIsNotAnsweredInHttp() {
        // Given: a TLS ClientHello, a greeting of SSH, and noise
        for (String bytes :
                List.of("\u0016\u0003\u0001\u0000\u00a5\u0001", "SSH-2.0-x\r\n", "\0\0\0\0", "{}\r\n\r\n")) {
            assertThat(answerTo(bytes)).isEmpty();
        }
        proxy.awaitMetrics("redisroles_input_refused_total{reason=\"not_http\"}");
    }

    private String answerTo(String bytes) {
        try {
            return RawClient.untilClose(proxy.address(), bytes);
        } catch (UncheckedIOException e) {
            return ""; // reset: our last bytes were not read
        }
    }

    @Test
    void anAbsoluteTargetDecidesTheHost() {
        assertThat(proxy.get("http://other.test/app/absolute"))
                .contains("GET /app/absolute HTTP/1.1\n", "host: other.test\n")
                .doesNotContain("Host: app.test");
    }
}
