package io.redisroles.sidecar;

import io.redisroles.sidecar.SocketClient.Frame;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What ends sockets and streams from outside: their session, and the end of the proxy. */
@Timeout(120)
class SocketEndTest {
    private static final String RULES =
            "- {name: app, paths: [\"/app/**\"], methods: [], session: Required, onSessionStoreFailure: Deny, limits: []}\n";
    private static final String COOKIE = "Cookie: sid=session-1234";

    private final RunningProxy proxy = RunningProxy.start(RULES);
    private final TestStore store = new TestStore(proxy.redis);

    @AfterEach
    void stop() {
        store.close();
        proxy.close();
    }

    @Test
    void aRevokedSessionClosesItsSocketsOnEverySidecarAndNoOthers() {
        // Given
        session("session-1234", "alice");
        session("session-5678", "alice");
        List<RunningProxy> sidecars = List.of(proxy, proxy.sibling(RULES), proxy.sibling(RULES));
        List<SocketClient> doomed = new ArrayList<>();
        try {
            sidecars.forEach(sidecar -> {
                doomed.add(open(sidecar, COOKIE));
                doomed.add(open(sidecar, COOKIE));
            });
            SocketClient spared = open(proxy, "Cookie: sid=session-5678");
            doomed.get(0).text("!half"); // a Close waits for the rest of a frame, but not for long
            await().until(() -> presence().equals("online"));

            // When
            store.command("DEL", "session:session-1234");

            // Then
            for (SocketClient socket : doomed.subList(1, doomed.size())) {
                assertThat(socket.read().closeCode()).isEqualTo(1008);
            }
            assertThat(doomed.get(0).read()).isEqualTo(Frame.END);
            assertThat(spared.text("hello").readText()).isEqualTo("hello");
            spared.close();
        } finally {
            doomed.forEach(SocketClient::close);
            sidecars.subList(1, 3).forEach(RunningProxy::close);
        }
        await().until(() -> presence().equals("offline"));
    }

    @Test
    void aStreamedAnswerIsCutOffWhenItsSessionIsRevoked() throws IOException {
        // Given
        session("session-1234", "alice");
        try (Socket events =
                new Socket(proxy.address().getAddress(), proxy.address().getPort())) {
            events.setSoTimeout(30_000);
            events.getOutputStream()
                    .write(RawClient.head("GET /app/events HTTP/1.1", "Host: a", COOKIE)
                            .getBytes(StandardCharsets.US_ASCII));
            BufferedReader answer =
                    new BufferedReader(new InputStreamReader(events.getInputStream(), StandardCharsets.US_ASCII));
            await().until(() -> "data: first".equals(answer.readLine()));

            // When
            store.command("DEL", "session:session-1234");

            // Then
            List<String> rest = answer.lines().toList();
            assertThat(rest).as("it ends without the last chunk").doesNotContain("0");
        }
    }

    @Test
    void theEndOfTheProxyClosesSocketsOnlyAfterTheDrainLimit() {
        // Given
        session("session-1234", "alice");
        try (SocketClient socket = open(proxy, COOKIE)) {
            await().until(() -> presence().equals("online"));

            // When
            CompletableFuture<Void> ended = CompletableFuture.runAsync(() -> proxy.server.close(Duration.ofSeconds(1)));
            assertThat(socket.text("still served").readText()).isEqualTo("still served");

            // Then
            assertThat(socket.read().closeCode()).isEqualTo(1001);
            socket.send(SocketClient.close(1001));
            assertThat(socket.read()).isEqualTo(Frame.END);
            ended.join();
            assertThat(presence()).as("told before the end").isEqualTo("offline");
        }
    }

    private void session(String id, String user) {
        store.command("HSET", "session:" + id, "user_id", user);
    }

    private String presence() {
        return store.command("GET", "presence:alice");
    }

    private static SocketClient open(RunningProxy sidecar, String cookie) {
        SocketClient socket = SocketClient.open(sidecar.address(), "/app/ws", cookie);
        assertThat(socket.head()).startsWith("HTTP/1.1 101 ");
        return socket;
    }
}
