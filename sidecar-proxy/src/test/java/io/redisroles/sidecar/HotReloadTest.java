package io.redisroles.sidecar;

import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(120)
class HotReloadTest {
    private static final String CLOSED =
            "- {name: app, paths: [\"/other\"], methods: [], session: None, onSessionStoreFailure: Deny, limits: []}\n";
    private static final String OPEN =
            "- {name: app, paths: [\"/app/**\"], methods: [], session: None, onSessionStoreFailure: Deny, limits: []}\n";

    private final RunningProxy proxy = RunningProxy.start(OPEN);

    @AfterEach
    void stop() {
        proxy.close();
    }

    @Test
    void aGoodFileIsUsedABadOneIsNotAndNoConnectionIsLost() throws Exception {
        try (Socket kept =
                new Socket(proxy.address().getAddress(), proxy.address().getPort())) {
            // Given
            kept.setSoTimeout(30_000);
            assertThat(ask(kept)).startsWith("HTTP/1.1 200");

            // When
            proxy.reload(
                    "- {name: app, paths: [\"no-slash\"], methods: [], session: None, onSessionStoreFailure: Deny, limits: []}\n");
            await().until(() -> proxy.metrics().contains("redisroles_config_valid 0.0"));

            // Then
            assertThat(ask(kept)).as("the last good one stays").startsWith("HTTP/1.1 200");

            // When
            proxy.reload(CLOSED);
            await().until(() -> proxy.metrics().contains("redisroles_config_valid 1.0"));

            // Then
            assertThat(ask(kept)).startsWith("HTTP/1.1 403");
        }
    }

    @Test
    void aChangedStaticSectionIsRefused() {
        // Given
        String changed = proxy.config().replace("answerSource: true", "answerSource: false");

        // When
        proxy.writeConfig(changed);
        await().atMost(Duration.ofSeconds(30)).until(() -> proxy.metrics().contains("redisroles_config_valid 0.0"));

        // Then
        assertThat(RawClient.status(proxy.get("/app/x"))).isEqualTo(200);
    }

    /** One request on a connection that stays; the beginning of its answer. */
    private static String ask(Socket socket) throws Exception {
        socket.getOutputStream().write("GET /app/x HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        byte[] answer = new byte[4096];
        int length = socket.getInputStream().read(answer);
        String text = new String(answer, 0, Math.max(length, 0), StandardCharsets.US_ASCII);
        while (!text.endsWith("}\n") && !text.endsWith("body=0\n")) {
            length = socket.getInputStream().read(answer);
            text += new String(answer, 0, length, StandardCharsets.US_ASCII);
        }
        return text;
    }
}
