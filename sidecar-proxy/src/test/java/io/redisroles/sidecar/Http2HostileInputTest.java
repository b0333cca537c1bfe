package io.redisroles.sidecar;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static io.redisroles.sidecar.Http2RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** What HTTP/2 lets a hostile client send: floods end the connection and are counted, malformed requests end their stream. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class Http2HostileInputTest {
    private static final long PROTOCOL_ERROR = 1;
    private static final long ENHANCE_YOUR_CALM = 11;

    private final Http2App app = new Http2App(100);
    private final RunningProxy proxy = RunningProxy.before(app.port(), Http2FrontTest.RULES);

    @AfterAll
    void stop() {
        proxy.close();
        app.close();
    }

    static Stream<Arguments> floods() {
        return Stream.of(
                flood("rapid reset", client -> {
                    for (int i = 0; i < 1_000; i++) {
                        client.get(2 * i + 1, "/app/hold");
                        client.frame(Http2RawClient.RST_STREAM, 0, 2 * i + 1, Http2RawClient.int32(8));
                    }
                }),
                flood("streams that the proxy is made to reset", client -> {
                    for (int i = 0; i < 1_000; i++) {
                        client.headers(2 * i + 1, false, request("POST", "/app/hold"));
                        client.frame(Http2RawClient.WINDOW_UPDATE, 0, 2 * i + 1, Http2RawClient.int32(0));
                    }
                }),
                flood("pings", client -> {
                    for (int i = 0; i < 30_000; i++) {
                        client.frame(Http2RawClient.PING, 0, 0, new byte[8]);
                    }
                }),
                flood("settings", client -> {
                    for (int i = 0; i < 2_000; i++) {
                        client.frame(Http2RawClient.SETTINGS, 0, 0, new byte[0]);
                    }
                }),
                flood("priorities", client -> {
                    for (int i = 0; i < 2_000; i++) {
                        client.frame(Http2RawClient.PRIORITY, 0, 2 * i + 1, new byte[] {0, 0, 0, 0, 1});
                    }
                }),
                flood("frames of an unknown type", client -> {
                    for (int i = 0; i < 2_000; i++) {
                        client.frame(0x77, 0, 0, new byte[8]);
                    }
                }),
                flood("empty parts of a body", client -> {
                    client.headers(1, false, request("POST", "/app/x"));
                    for (int i = 0; i < 100; i++) {
                        client.data(1, false, new byte[0]);
                    }
                }),
                flood("a head in endless tiny parts", client -> {
                    client.frame(Http2RawClient.HEADERS, 0, 1, Http2RawClient.block(request("GET", "/app/x")));
                    for (int i = 0; i < 1_000; i++) {
                        client.frame(Http2RawClient.CONTINUATION, 0, 1, new byte[0]);
                    }
                }));
    }

    private static Arguments flood(String name, Consumer<Http2RawClient> sends) {
        return arguments(name, sends);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("floods")
    void aFloodEndsItsConnectionAndIsCounted(String name, Consumer<Http2RawClient> sends) {
        // Given
        double before = ended("ENHANCE_YOUR_CALM");
        try (Http2RawClient client = Http2RawClient.connect(proxy.address())) {
            // When
            try {
                sends.accept(client);
            } catch (UncheckedIOException e) {
                // the proxy has had enough
            }

            // Then
            assertThat(client.untilGoAway()).isIn(ENHANCE_YOUR_CALM, -1L);
        }
        assertThat(ended("ENHANCE_YOUR_CALM")).isEqualTo(before + 1);
    }

    /** RFC 7541: one entry of the table, named again and again: a few octets that stand for many. */
    @Test
    void aHeadThatUnpacksToMuchIsRefused() {
        try (Http2RawClient client = Http2RawClient.connect(proxy.address())) {
            // Given
            byte[] plain = Http2RawClient.block(request("GET", "/app/x"));
            byte[] name = "bomb".getBytes(StandardCharsets.US_ASCII);
            ByteBuffer bomb = ByteBuffer.allocate(16_000);
            bomb.put(plain).put((byte) 0x40).put((byte) name.length).put(name);
            bomb.put((byte) 127).put((byte) ((3_000 - 127) % 128 + 128)).put((byte) ((3_000 - 127) / 128));
            bomb.put(new byte[3_000]);
            Arrays.fill(bomb.array(), bomb.position() - 3_000, bomb.position(), (byte) 'a');
            int names = 5_000;
            for (int i = 0; i < names; i++) {
                bomb.put((byte) 0xBE); // the newest entry of the table
            }

            // When
            client.frame(
                    Http2RawClient.HEADERS,
                    Http2RawClient.END_HEADERS | Http2RawClient.END_STREAM,
                    1,
                    Arrays.copyOf(bomb.array(), bomb.position()));

            // Then
            assertThat(client.answer(1).status()).isEqualTo(431);
        }
    }

    @Test
    void aHeadSomewhatTooLargeIsAnswered() {
        try (Http2RawClient client = Http2RawClient.connect(proxy.address())) {
            // When
            String[] fields = new String[2 * 201];
            for (int i = 0; i < fields.length; i += 2) {
                fields[i] = "x-" + i;
                fields[i + 1] = "y";
            }
            client.get(1, "/app/x", fields);

            // Then
            assertThat(client.answer(1).status()).isEqualTo(431);
            client.get(3, "/app/x");
            assertThat(client.answer(3).status()).isEqualTo(200);
        }
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                block(":method", "GET", ":scheme", "http", ":path", "", ":authority", "app.test"),
                block(":method", "GET", ":scheme", "http", ":authority", "app.test"),
                block(":method", "GET", ":path", "/app/x", ":authority", "app.test"),
                block(":scheme", "http", ":path", "/app/x", ":authority", "app.test"),
                block(":method", "GET", ":method", "GET", ":scheme", "http", ":path", "/app/x", ":authority", "a"),
                block(":method", "GET", ":scheme", "http", ":path", "/app/x", ":path", "/api/x", ":authority", "a"),
                block(":method", "G ET", ":scheme", "http", ":path", "/app/x", ":authority", "app.test"),
                block(":method", "GET", ":scheme", "http", ":path", "http://b/app/x", ":authority", "app.test"),
                block(":method", "GET", ":scheme", "ftp", ":path", "/app/x", ":authority", "app.test"),
                block(request("GET", "/app/x", ":status", "200")),
                block(request("GET", "/app/x", "Upper", "case")),
                block(request("GET", "/app/x", "connection", "close")),
                block(request("GET", "/app/x", "transfer-encoding", "chunked")),
                block(request("GET", "/app/x", "upgrade", "websocket")),
                block(request("GET", "/app/x", "te", "gzip")),
                block(request("GET", "/app/x", "host", "other.test")),
                block(request("GET", "/app/x", "x", "a\r\nx-auth-user: mallory")),
                block(request("GET", "/app/x", "x y", "z")),
                block(request("POST", "/app/x", "content-length", "5", "content-length", "6")),
                block(request("POST", "/app/x", "content-length", "5")));
    }

    private static Arguments block(String... fields) {
        return arguments((Object) fields);
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void aMalformedRequestEndsItsStreamAlone(String[] fields) {
        // Given
        int before = app.heads().size();
        try (Http2RawClient client = Http2RawClient.connect(proxy.address())) {
            // When
            client.headers(1, true, fields);

            // Then
            assertThat(client.answer(1).reset()).isEqualTo(PROTOCOL_ERROR);
            assertThat(app.heads()).hasSize(before);
            client.get(3, "/app/x");
            assertThat(client.answer(3).status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @MethodSource("ambiguous")
    void aTargetThatCouldMeanTwoThingsIsRefused(String path) {
        try (Http2RawClient client = Http2RawClient.connect(proxy.address())) {
            client.get(1, path);
            assertThat(client.answer(1).status()).isEqualTo(400);
        }
    }

    static Stream<String> ambiguous() {
        return Stream.of("/app/%2fx", "/app/%00", "/app/..;/api/x", "/app\\x");
    }

    @Test
    void streamsBeyondTheLimitAreRefusedAndCanBeTriedAgain() {
        try (Http2RawClient client = Http2RawClient.connect(proxy.address())) {
            // When
            for (int i = 0; i < 101; i++) {
                client.get(2 * i + 1, "/app/hold");
            }

            // Then
            assertThat(client.answer(201).reset()).isEqualTo(7);
            await().until(() -> app.held() >= 100);
            app.letGo();
            assertThat(client.answer(199).status()).isEqualTo(200);
        }
    }

    @Test
    void aConnectionThatBeginsAlmostLikeHttp2IsClosed() {
        assertThat(RawClient.untilClose(proxy.address(), "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"))
                .isEmpty();
    }

    private double ended(String error) {
        String metrics = proxy.metrics();
        String name = "redisroles_http2_connections_ended_total{error=\"" + error + "\"} ";
        int at = metrics.indexOf(name);
        return at < 0
                ? 0
                : Double.parseDouble(metrics.substring(at + name.length(), metrics.indexOf('\n', at))
                        .strip());
    }
}
