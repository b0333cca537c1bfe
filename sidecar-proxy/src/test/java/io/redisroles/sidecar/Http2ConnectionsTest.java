package io.redisroles.sidecar;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.redisroles.sidecar.Http2RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** HTTP/2 connections on both sides: how they begin, how they end, and what the app turns out to speak. */
@Timeout(60)
class Http2ConnectionsTest {
    private static final String NO_SETTINGS = Base64.getUrlEncoder().encodeToString(new byte[0]);

    @Test
    void aRequestThatAsksForHttp2BecomesTheFirstStream() {
        try (Http2App app = new Http2App(100);
                RunningProxy proxy = RunningProxy.before(app.port(), Http2FrontTest.RULES);
                Http2RawClient client = Http2RawClient.silent(proxy.address())) {
            // When
            client.raw(upgrade("GET /app/x HTTP/1.1", "X-Auth-User: mallory"));

            // Then
            assertThat(client.line()).isEqualTo("HTTP/1.1 101 Switching Protocols");
            while (!client.line().isEmpty()) {
                // the fields of the 101
            }
            client.raw(Http2RawClient.PREFACE.getBytes(StandardCharsets.US_ASCII));
            client.frame(Http2RawClient.SETTINGS, 0, 0, new byte[0]);
            assertThat(client.answer(1).text())
                    .contains(":path: /app/x\n", "x-forwarded-for: 127.0.0.1\n")
                    .doesNotContain("mallory", "upgrade", "http2-settings");
            client.get(3, "/app/y");
            assertThat(client.answer(3).status()).isEqualTo(200);
        }
    }

    @Test
    void aRequestWithABodyStaysInHttp1() {
        try (RunningProxy proxy = RunningProxy.start(Http2FrontTest.RULES)) {
            String head = new String(upgrade("POST /app/x HTTP/1.1", "Content-Length: 2"), StandardCharsets.ISO_8859_1);
            assertThat(RawClient.untilClose(proxy.address(), head.replace("Upgrade,", "Upgrade, close,") + "hi"))
                    .startsWith("HTTP/1.1 200")
                    .contains("body=2");
        }
    }

    @Test
    void anAppForHttp1AloneGetsTranslatedRequests() {
        try (RunningProxy proxy = RunningProxy.start(Http2FrontTest.RULES);
                Http2RawClient client = Http2RawClient.connect(proxy.address())) {
            // When
            client.headers(1, false, request("POST", "/app/x", "te", "trailers", "cookie", "a=b"));
            client.data(1, true, new byte[10]);
            client.get(3, "/app/chunked");
            client.headers(5, true, request("HEAD", "/app/x"));
            client.get(7, "/app/big?bytes=3000000");

            // Then
            assertThat(client.answer(1).text())
                    .contains("POST /app/x HTTP/1.1\n", "host: app.test\n", "cookie: a=b\n", "body=10")
                    .doesNotContain("te: ");
            assertThat(client.answer(3).text()).isEqualTo("hello world");
            assertThat(client.answer(3).field("x-trail")).isEqualTo("t");
            assertThat(client.answer(3).field("transfer-encoding")).isEmpty();
            assertThat(client.answer(5).field("content-length")).isEqualTo("42");
            assertThat(client.answer(7).length()).isEqualTo(3_000_000);
            assertThat(proxy.app.heads().stream()
                            .filter(head -> head.startsWith("PRI"))
                            .count())
                    .as("asked once for each event loop at most")
                    .isLessThanOrEqualTo(1);
        }
    }

    @Test
    void anAppsLimitOfStreamsIsKeptWithMoreConnections() {
        try (Http2App app = new Http2App(2);
                RunningProxy proxy = RunningProxy.before(app.port(), Http2FrontTest.RULES);
                Http2RawClient client = Http2RawClient.connect(proxy.address())) {
            // When
            for (int i = 0; i < 6; i++) {
                client.get(2 * i + 1, "/app/hold");
            }
            await().until(() -> app.held() == 6);
            app.letGo();

            // Then
            for (int i = 0; i < 6; i++) {
                assertThat(client.answer(2 * i + 1).status()).isEqualTo(200);
            }
            assertThat(app.connections()).isEqualTo(3);
        }
    }

    @Test
    void afterTheAppsGoAwayRequestsGoOnAnotherConnection() {
        try (Http2App app = new Http2App(100);
                RunningProxy proxy = RunningProxy.before(app.port(), Http2FrontTest.RULES);
                Http2RawClient client = Http2RawClient.connect(proxy.address())) {
            // Given
            client.get(1, "/app/hold");
            await().until(() -> app.held() == 1);

            // When
            app.goAway();

            // Then
            await().until(() -> {
                int stream = 3 + 2 * app.heads().size();
                client.get(stream, "/app/x");
                return client.answer(stream).status() == 200 && app.connections() == 2;
            });
            app.letGo();
            assertThat(client.answer(1).status())
                    .as("what was under way finishes")
                    .isEqualTo(200);
        }
    }

    @Test
    void anAppThatIsGoneIsUnavailable() {
        Http2App app = new Http2App(100);
        try (RunningProxy proxy = RunningProxy.before(app.port(), Http2FrontTest.RULES);
                Http2RawClient client = Http2RawClient.connect(proxy.address())) {
            // Given
            client.get(1, "/app/x");
            client.answer(1);

            // When
            app.close();
            client.get(3, "/app/x");
            client.headers(5, true, request("POST", "/app/x", "content-type", "application/grpc", "te", "trailers"));

            // Then
            assertThat(client.answer(3).status()).isEqualTo(502);
            assertThat(client.answer(5).field("grpc-status")).isEqualTo("14");
        }
    }

    @Test
    void drainingAnnouncesItsEndAndLetsStreamsFinish() throws InterruptedException {
        try (Http2App app = new Http2App(100);
                RunningProxy proxy = RunningProxy.before(app.port(), Http2FrontTest.RULES);
                Http2RawClient client = Http2RawClient.connect(proxy.address())) {
            // Given
            client.get(1, "/app/hold");
            await().until(() -> app.held() == 1);

            // When
            Thread closing = new Thread(proxy.server::close);
            closing.start();

            // Then
            assertThat(client.await(Http2RawClient.GOAWAY).lastStream())
                    .as("what is on its way is still taken")
                    .isEqualTo(Integer.MAX_VALUE);
            assertThat(client.await(Http2RawClient.GOAWAY).lastStream()).isEqualTo(1);
            app.letGo();
            assertThat(client.answer(1).status()).isEqualTo(200);
            assertThat(client.untilGoAway()).isEqualTo(-1);
            closing.join();
        }
    }

    private static byte[] upgrade(String line, String field) {
        return RawClient.head(
                        line,
                        "Host: app.test",
                        field,
                        "Connection: Upgrade, HTTP2-Settings",
                        "Upgrade: h2c",
                        "HTTP2-Settings: " + NO_SETTINGS)
                .getBytes(StandardCharsets.ISO_8859_1);
    }
}
