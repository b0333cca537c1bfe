package io.redisroles.sample;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class AppServerTest {
    @TempDir
    Path bindings;

    RunningApp app;

    @BeforeEach
    void start() throws IOException {
        app = RunningApp.start(bindings);
    }

    @AfterEach
    void stop() {
        app.close();
    }

    @Test
    void helloSaysWhoTheSidecarSaysIsAsking() throws Exception {
        // When
        HttpResponse<String> answer = app.send(app.request("/api/hello?lang=en")
                .header("X-Auth-User", "Ad%C3%A8le+1%20%25")
                .header("X-Auth-Tier", "pro"));

        // Then
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(answer.body()).isEqualTo("{\"user\":\"Adèle+1 %\",\"tier\":\"pro\"}");
    }

    @Test
    void helloToNobodySaysNull() throws Exception {
        // When
        HttpResponse<String> answer = app.send(app.request("/api/hello"));

        // Then
        assertThat(answer.body()).isEqualTo("{\"user\":null,\"tier\":null}");
    }

    @Test
    void anIdentityThatIsNotPercentEncodedIsRefused() throws Exception {
        // When
        HttpResponse<String> answer = app.send(app.request("/api/hello").header("X-Auth-User", "100%"));

        // Then
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("X-Auth-User is not percent-encoded");
    }

    @Test
    void healthNeedsNoRedis() throws Exception {
        // Given
        app.redis.kill();

        // When
        HttpResponse<String> answer = app.send(app.request("/healthz"));

        // Then
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"status\":\"ok\"}");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /, 404, not_found",
        "GET, /healthz/, 404, not_found",
        "GET, /%zz, 404, not_found",
        "GET, /auth/login, 405, method_not_allowed",
        "DELETE, /auth/logout, 405, method_not_allowed",
        "POST, /api/hello, 405, method_not_allowed",
        "POST, /ws, 405, method_not_allowed",
        "GET, /ws, 426, upgrade_required"
    })
    void whatIsNotServedIsSaidInJson(String method, String path, int status, String error) throws Exception {
        // When
        String answer = raw(method + " " + path + " HTTP/1.1\r\nHost: app\r\nConnection: close\r\n\r\n");

        // Then
        assertThat(answer)
                .startsWith("HTTP/1.1 " + status + " ")
                .contains("content-type: application/json", "{\"error\":\"" + error + "\",\"message\":\"");
    }

    @Test
    void aWrongMethodIsToldTheRightOne() throws Exception {
        // When
        HttpResponse<String> answer = app.send(app.request("/auth/login").DELETE());

        // Then
        assertThat(answer.headers().firstValue("Allow")).contains("POST");
    }

    @Test
    void headIsGetWithoutABody() throws Exception {
        // When
        HttpResponse<String> answer =
                app.send(app.request("/healthz").method("HEAD", HttpRequest.BodyPublishers.noBody()));

        // Then
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Length")).contains("15");
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void bytesThatAreNotHttpAreRefusedAndTheConnectionIsClosed() throws Exception {
        // When
        String answer = raw("hello\r\n\r\n");

        // Then
        assertThat(answer)
                .startsWith("HTTP/1.1 400 ")
                .containsIgnoringCase("connection: close")
                .contains("the request is not valid HTTP");
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() throws Exception {
        // When
        HttpResponse<String> answer = app.login("{\"user\":\"" + "a".repeat(65 * 1024) + "\"}");

        // Then
        assertThat(answer.statusCode()).isEqualTo(413);
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        // Given
        String login = "POST /auth/login HTTP/1.1\r\nHost: app\r\nContent-Length: 14\r\n\r\n{\"user\":\"ada\"}";
        String hello = "GET /api/hello HTTP/1.1\r\nHost: app\r\n\r\n";
        String last = "GET /healthz HTTP/1.1\r\nHost: app\r\nConnection: close\r\n\r\n";

        // When
        String answers = raw(login + hello + last);

        // Then
        assertThat(answers).containsSubsequence("session_id", "{\"user\":null", "\"status\":\"ok\"");
    }

    @Test
    void aWebSocketEchoes() throws Exception {
        // Given
        Messages messages = new Messages();
        WebSocket socket = app.client()
                .newWebSocketBuilder()
                .buildAsync(URI.create("ws://" + app.address() + "/ws?room=1"), messages)
                .join();

        // When
        socket.sendText("frag", false).join();
        socket.sendText("mented", true).join();
        socket.sendText("x".repeat(20_000), true).join();

        // Then
        assertThat(messages.next()).isEqualTo("fragmented");
        assertThat(messages.next()).isEqualTo("x".repeat(20_000));
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "done").join();
        assertThat(messages.next()).isEqualTo("closed 1000");
    }

    @Test
    void aTakenPortIsSaidInOneLine() {
        // Given
        int port = URI.create("http://" + app.address()).getPort();
        RedisConnection unused = new RedisConnection(bindings);

        // When, Then
        assertThatThrownBy(() -> AppServer.start("127.0.0.1", port, new Routes(new Logins(unused))))
                .isInstanceOf(IOException.class)
                .hasMessage("cannot listen on 127.0.0.1:" + port + ": Address already in use");
        unused.close();
    }

    private String raw(String request) throws IOException {
        URI address = URI.create("http://" + app.address());
        try (Socket socket = new Socket(address.getHost(), address.getPort())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** What a client hears, whole message by whole message. */
    private static final class Messages implements WebSocket.Listener {
        private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private final StringBuilder partial = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            partial.append(data);
            if (last) {
                heard.add(partial.toString());
                partial.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            heard.add("closed " + status);
            return null;
        }

        String next() throws InterruptedException {
            return String.valueOf(heard.poll(10, TimeUnit.SECONDS));
        }
    }
}
