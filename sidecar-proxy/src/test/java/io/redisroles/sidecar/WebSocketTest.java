package io.redisroles.sidecar;

import io.redisroles.sidecar.SocketClient.Frame;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** WebSockets over real sockets, through the proxy to a server that shares no code with it. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebSocketTest {
    private static final String RULES = """
            - {name: private, paths: ["/app/ws-private"], methods: [], session: Required, onSessionStoreFailure: Deny, limits: []}
            - name: counted
              paths: ["/app/ws-counted"]
              methods: []
              session: None
              onSessionStoreFailure: Deny
              limits: [{name: upgrades, by: [rule], amount: {requests: 2, burst: 2}, algorithm: {type: SlidingWindow, per: 1h}, cost: 1, unit: Request, mode: Enforce, tiers: {}, onStoreFailure: Deny}]
            - {name: app, paths: ["/app/**"], methods: [], session: None, onSessionStoreFailure: Deny, limits: []}
            """;

    private RunningProxy proxy;

    @BeforeAll
    void start() {
        proxy = RunningProxy.start(RULES);
    }

    @AfterAll
    void stop() {
        proxy.close();
    }

    @Test
    void anUpgradeReachesTheAppWithIdentityAndItsAnswerTheClient() {
        try (SocketClient socket = open(
                "/app/ws",
                "Sec-WebSocket-Protocol: chat, other",
                "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
                "X-Auth-User: mallory")) {
            // Then
            assertThat(socket.head())
                    .startsWith("HTTP/1.1 101 Switching Protocols\r\n")
                    .containsIgnoringCase("\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")
                    .containsIgnoringCase("\r\nsec-websocket-protocol: chat\r\n")
                    .containsIgnoringCase(
                            "\r\nsec-websocket-extensions: permessage-deflate; client_max_window_bits\r\n")
                    .containsIgnoringCase("\r\nupgrade: websocket\r\n")
                    .containsIgnoringCase("\r\nconnection: upgrade\r\n");
            assertThat(lastHead())
                    .containsIgnoringCase("upgrade: websocket\r\n")
                    .containsIgnoringCase("connection: upgrade\r\n")
                    .containsIgnoringCase("sec-websocket-version: 13\r\n")
                    .containsIgnoringCase("x-forwarded-for: 127.0.0.1\r\n")
                    .doesNotContain("mallory");
            socket.text("hello");
            assertThat(socket.readText()).isEqualTo("hello");
        }
    }

    @Test
    void anUpgradeIsDecidedLikeAnyRequest() {
        assertThat(RawClient.status(ask(SocketClient.request("/app/ws-private", "Connection: close"))))
                .isEqualTo(401);
        try (SocketClient first = open("/app/ws-counted");
                SocketClient second = open("/app/ws-counted")) {
            assertThat(first.head()).contains("ratelimit: \"upgrades\";r=1");
            assertThat(second.head()).contains("ratelimit: \"upgrades\";r=0");
            assertThat(RawClient.status(ask(SocketClient.request("/app/ws-counted", "Connection: close"))))
                    .isEqualTo(429);
        }
    }

    @Test
    void whatIsNoWebSocketUpgradeIsAnOrdinaryRequest() {
        for (String request : List.of(
                RawClient.head("GET /app/x HTTP/1.1", "Host: a", "Connection: Upgrade, close", "Upgrade: h2c"),
                SocketClient.request("/app/x", "Connection: close").replace("GET", "PUT"),
                SocketClient.request("/app/x", "Connection: close").replace("Sec-WebSocket-Key", "X-Key"),
                SocketClient.request("/app/x").replace("Connection: Upgrade", "Connection: close"))) {
            String answer = ask(request);
            assertThat(RawClient.status(answer)).as(request).isEqualTo(200);
            assertThat(lastHead()).as(request).doesNotContainIgnoringCase("upgrade:");
        }
    }

    @Test
    void handshakesThatRfc6455ForbidsDoNotReachTheApp() {
        int before = proxy.app.heads().size();
        assertThat(ask(SocketClient.request("/app/ws", "Connection: close").replace("-Version: 13", "-Version: 8")))
                .startsWith("HTTP/1.1 426")
                .contains("sec-websocket-version: 13\r\n");
        for (String bad : List.of("-Key: dGhl", "-Key: *", "-Key: a\r\nSec-WebSocket-Key: b")) {
            assertThat(ask(SocketClient.request("/app/ws", "Connection: close")
                            .replace("-Key: dGhlIHNhbXBsZSBub25jZQ==", bad)))
                    .as(bad)
                    .startsWith("HTTP/1.1 400");
        }
        assertThat(ask(SocketClient.request("/app/ws", "Connection: close", "Content-Length: 2") + "hi"))
                .startsWith("HTTP/1.1 400");
        assertThat(proxy.app.heads()).hasSize(before);
    }

    @Test
    void anAppThatDoesNotAgreeAnswersAsAlwaysAndAFalse101IsNone() {
        assertThat(ask(SocketClient.request("/app/x", "Connection: close"))).startsWith("HTTP/1.1 200");
        assertThat(ask(SocketClient.request("/app/ws?wrong", "Connection: close")))
                .startsWith("HTTP/1.1 502");
    }

    @Test
    void bytesThatFollowTheAnswerAtOnceAreNotLost() {
        try (SocketClient socket = open("/app/ws?greet")) {
            assertThat(socket.readText()).isEqualTo("hello");
        }
    }

    @Test
    void bigFramesPassSlowReadersBothWays() {
        byte[] big = new byte[3 * 1024 * 1024];
        new Random(7).nextBytes(big);
        try (SocketClient socket = SocketClient.open(proxy.address(), 8 * 1024, "/app/ws")) {
            // the echo comes only when the app has all of it, and is read only after the proxy's buffers were full
            socket.send(SocketClient.frame(SocketClient.BINARY, big));
            assertThat(Arrays.equals(socket.read().payload(), big)).isTrue();
            socket.text("!push 40 100000").text("end");
            for (int i = 0; i < 40; i++) {
                assertThat(socket.read().payload()).hasSize(100_000);
            }
            assertThat(socket.readText()).isEqualTo("end");
        }
    }

    @Test
    void eitherSideMayCloseAndTheCodesArrive() {
        try (SocketClient byClient = open("/app/ws");
                SocketClient byApp = open("/app/ws")) {
            assertThat(byClient.send(SocketClient.close(4321)).read().closeCode())
                    .isEqualTo(4321);
            assertThat(byClient.read()).isEqualTo(Frame.END);
            assertThat(byApp.text("!close 3999").read().closeCode()).isEqualTo(3999);
            byApp.send(SocketClient.close(3999));
            assertThat(byApp.read().closeCode()).isEqualTo(3999);
            assertThat(byApp.read()).isEqualTo(Frame.END);
        }
    }

    @Test
    void oneSideMayEndBeforeTheOther() {
        try (SocketClient byClient = open("/app/ws");
                SocketClient byApp = open("/app/ws")) {
            byClient.text("last");
            byClient.endOutput();
            assertThat(byClient.readText())
                    .as("what was sent before is answered")
                    .isEqualTo("last");
            assertThat(byClient.read()).isEqualTo(Frame.END);
            byApp.text("!eof");
            assertThat(byApp.read().closeCode())
                    .as("an app that ends without a word is going away")
                    .isEqualTo(1001);
            assertThat(byApp.read()).as("the app's end is the client's").isEqualTo(Frame.END);
        }
        awaitNoneOpen();
    }

    @Test
    void aSideThatDiesTakesTheOtherWithIt() {
        SocketClient dying = open("/app/ws");
        assertThat(dying.text("a").readText()).isEqualTo("a");
        dying.reset();
        try (SocketClient left = open("/app/ws")) {
            left.text("!die");
            assertThat(left.read().closeCode()).isEqualTo(1001);
            assertThat(left.read()).isEqualTo(Frame.END);
        }
        awaitNoneOpen();
    }

    @Test
    void framesThatRfc6455ForbidsAreAnsweredByTheProxy() {
        try (SocketClient socket = open("/app/ws")) {
            assertThat(socket.text("ok").readText()).isEqualTo("ok");
            socket.send(new byte[] {(byte) 0x81, 1, 'x'});
            assertThat(socket.read().closeCode()).isEqualTo(1002);
            socket.endOutput();
            assertThat(socket.read()).isEqualTo(Frame.END);
        }
        proxy.awaitMetrics("redisroles_sockets_closed_total{reason=\"protocol_error\"}");
    }

    @Test
    void hundredsAtATime() {
        List<SocketClient> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 300; i++) {
                sockets.add(open("/app/ws"));
            }
            await().until(() -> proxy.metrics().contains("redisroles_sockets 300.0"));
            for (int i = 0; i < 300; i++) {
                sockets.get(i).text("message " + i);
            }
            for (int i = 0; i < 300; i++) {
                assertThat(sockets.get(i).readText()).isEqualTo("message " + i);
            }
        } finally {
            sockets.forEach(SocketClient::close);
        }
        awaitNoneOpen();
    }

    @Test
    void aReloadDropsNoSocketNotEvenOneWhoseRuleIsGone() {
        try (SocketClient socket = open("/app/ws")) {
            // When
            proxy.reload(
                    "- {name: other, paths: [\"/other\"], methods: [], session: None, onSessionStoreFailure: Deny, limits: []}\n");
            await().until(() -> RawClient.status(proxy.get("/app/x")) == 403);

            // Then
            assertThat(socket.text("still here").readText()).isEqualTo("still here");
        } finally {
            proxy.reload(RULES);
            await().until(() -> RawClient.status(proxy.get("/app/x")) == 200);
        }
    }

    private SocketClient open(String path, String... fields) {
        SocketClient socket = SocketClient.open(proxy.address(), path, fields);
        assertThat(socket.head()).startsWith("HTTP/1.1 101 ");
        return socket;
    }

    private String ask(String request) {
        return RawClient.untilClose(proxy.address(), request);
    }

    private String lastHead() {
        List<String> heads = proxy.app.heads();
        return new String(heads.get(heads.size() - 1).getBytes(StandardCharsets.US_ASCII), StandardCharsets.US_ASCII);
    }

    private void awaitNoneOpen() {
        await().until(() -> proxy.metrics().contains("redisroles_sockets 0.0"));
    }
}
