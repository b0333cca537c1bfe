package io.redisroles.sidecar;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Messages keep a session alive as requests do, and nothing else on a socket does. */
@Timeout(120)
class SocketSessionTest {
    private static final String ELSEWHERE =
            "- {name: app, paths: [\"/other/**\"], methods: [], session: Required, onSessionStoreFailure: Deny, limits: []}\n";

    private final RunningProxy proxy = RunningProxy.start(ELSEWHERE);
    private final TestStore store = new TestStore(proxy.redis);

    @AfterEach
    void stop() {
        store.close();
        proxy.close();
    }

    @Test
    void messagesExtendTheSessionAndPingsDoNot() {
        // Given
        store.command("HSET", "session:session-1234", "user_id", "alice");
        proxy.writeConfig(
                proxy.config().replace("idleTimeout: 30m", "idleTimeout: 2s").replace("/other/", "/app/"));
        await().until(() -> RawClient.status(proxy.get("/app/x")) == 401);
        try (SocketClient socket = SocketClient.open(proxy.address(), "/app/ws", "Cookie: sid=session-1234")) {
            assertThat(socket.head()).startsWith("HTTP/1.1 101 ");

            // When
            await().pollInterval(Duration.ofMillis(100))
                    .during(Duration.ofSeconds(4))
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> socket.text("still here").readText().equals("still here"));

            // Then
            assertThat(store.command("EXISTS", "session:session-1234")).isEqualTo("1");
            await().pollInterval(Duration.ofMillis(50)).until(() -> {
                socket.send(SocketClient.frame(SocketClient.PING));
                return socket.read().closeCode() == 1008;
            });
            assertThat(store.command("EXISTS", "session:session-1234")).isEqualTo("0");
        }
    }
}
