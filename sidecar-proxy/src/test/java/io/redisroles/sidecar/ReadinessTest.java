package io.redisroles.sidecar;

import io.redisroles.redisprocess.ScratchRedis;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The proxy is ready while it takes requests: not before, and not any more while it ends. */
@Timeout(60)
class ReadinessTest {
    private static final String RULES = """
            - name: open
              paths: ["/**"]
              methods: []
              session: None
              onSessionStoreFailure: Deny
              limits: [{name: open, by: [ip], amount: {requests: 100, burst: 100}, algorithm: {type: SlidingWindow, per: 1h}, cost: 1, unit: Request, mode: Enforce, tiers: {}, onStoreFailure: Deny}]
            """;

    @Test
    void itIsLiveAndNotReadyWhileItWaitsForItsRedis() throws IOException {
        // Given
        try (ScratchRedis redis = ScratchRedis.start();
                FaultProxy network = new FaultProxy(redis.port())) {
            network.refuse();
            InetSocketAddress probes = new InetSocketAddress(InetAddress.getLoopbackAddress(), freePort());

            // When
            CompletableFuture<RunningProxy> starting = CompletableFuture.supplyAsync(() -> RunningProxy.start(
                    Map.of("REDISROLES_ENV", "production", "REDIS_URL", "redis://127.0.0.1:" + network.port()),
                    probes.getPort(),
                    RULES));

            // Then
            await().ignoreExceptions().until(() -> ready(probes).startsWith("HTTP/1.1 503"));
            assertThat(RawClient.get(probes, "/healthz/live")).startsWith("HTTP/1.1 200");

            // When
            network.heal();

            // Then
            try (RunningProxy proxy = starting.join()) {
                assertThat(ready(probes)).startsWith("HTTP/1.1 200");
                assertThat(proxy.get("/app")).startsWith("HTTP/1.1 200");
            }
        }
    }

    @Test
    void itIsNotReadyWhileItFinishesItsLastRequests() throws IOException, InterruptedException {
        // Given
        RunningProxy proxy = RunningProxy.start(RULES);
        try (Socket client = new Socket()) {
            client.connect(proxy.address());
            client.setSoTimeout(30_000);
            send(client, "POST /app HTTP/1.1\r\nHost: app.test\r\nContent-Length: 4\r\n\r\nha");
            await().until(() -> !proxy.app.heads().isEmpty());

            // When
            Thread closing = new Thread(proxy::close);
            closing.start();

            // Then
            await().until(() -> ready(proxy.server.probes()).startsWith("HTTP/1.1 503"));
            assertThat(RawClient.get(proxy.server.probes(), "/healthz/live")).startsWith("HTTP/1.1 200");

            // When
            send(client, "lf");

            // Then
            InputStream answer = client.getInputStream();
            assertThat(new String(answer.readAllBytes(), StandardCharsets.ISO_8859_1))
                    .startsWith("HTTP/1.1 200")
                    .contains("body=4");
            closing.join();
        }
    }

    private static String ready(InetSocketAddress probes) {
        return RawClient.get(probes, "/healthz/ready");
    }

    private static void send(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
