package io.redisroles.sidecar;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** How a pod's end, and a Job's, look to clients and to the sidecar. */
@Timeout(60)
class LeavingTest {
    private static final String RULES =
            "- {name: app, paths: [\"/app/**\"], methods: [], session: None, onSessionStoreFailure: Deny, limits: []}\n";

    @TempDir
    Path folder;

    private RunningProxy proxy;

    @BeforeEach
    void start() {
        proxy = RunningProxy.start(
                Map.of(
                        "REDISROLES_QUIT_TOKEN_FILE",
                        folder.resolve("quit.token").toString()),
                RULES);
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    @Test
    void whoIsConnectedIsAskedToComeBackElsewhereAndAllAreServed() throws IOException {
        try (Socket kept =
                new Socket(proxy.address().getAddress(), proxy.address().getPort())) {
            // Given
            kept.setSoTimeout(30_000);
            assertThat(ask(kept)).startsWith("HTTP/1.1 200").doesNotContainIgnoringCase("connection: close");

            // When
            assertThat(RawClient.status(RawClient.get(proxy.server.probes(), "/drain")))
                    .isEqualTo(200);

            // Then
            String last = ask(kept);
            assertThat(last).startsWith("HTTP/1.1 200").containsIgnoringCase("connection: close");
            assertThat(kept.getInputStream().read()).as("the end").isEqualTo(-1);
        }
        try (Socket late =
                new Socket(proxy.address().getAddress(), proxy.address().getPort())) {
            late.setSoTimeout(30_000);
            assertThat(ask(late)).startsWith("HTTP/1.1 200").containsIgnoringCase("connection: close");
        }
        assertThat(RawClient.get(proxy.server.probes(), "/healthz/ready")).startsWith("HTTP/1.1 200");
    }

    @Test
    void whoReadsTheTokenMayEndIt() throws IOException {
        // Given
        String token = Files.readString(folder.resolve("quit.token"));

        // When, Then
        assertThat(RawClient.status(quit("Authorization: Bearer wrong"))).isEqualTo(401);
        assertThat(RawClient.status(quit("Authorization: Bearer " + token, "Origin: http://a.test")))
                .isEqualTo(403);
        assertThat(proxy.server.askedToQuit().toCompletableFuture()).isNotDone();
        assertThat(RawClient.status(quit("Authorization: Bearer " + token))).isEqualTo(200);
        await().until(() -> proxy.server.askedToQuit().toCompletableFuture().isDone());
    }

    private String quit(String... fields) {
        return RawClient.untilClose(
                proxy.server.admin(),
                "POST /quit HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n" + String.join("\r\n", fields)
                        + "\r\n\r\n");
    }

    /** One request; the whole of its answer. */
    private static String ask(Socket socket) throws IOException {
        socket.getOutputStream().write("GET /app/x HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf("body=0\n") < 0) {
            int octet = socket.getInputStream().read();
            if (octet < 0) {
                throw new IOException("ended after: " + answer);
            }
            answer.append((char) octet);
        }
        return answer.toString();
    }
}
