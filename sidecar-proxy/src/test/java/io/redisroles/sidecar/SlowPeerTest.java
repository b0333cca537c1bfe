package io.redisroles.sidecar;

import io.redisroles.sidecar.http.Timeouts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Peers that begin something and do not go on: each has a bounded time. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class SlowPeerTest {
    private static final String RULES = """
            - {name: closed, paths: ["/closed/**"], methods: [], session: Required, onSessionStoreFailure: Deny, limits: []}
            - {name: all, paths: [], methods: [], session: None, onSessionStoreFailure: Deny, limits: []}
            """;
    private static final Duration SOON = Duration.ofMillis(300);
    private static final Timeouts IMPATIENT = new Timeouts(SOON, SOON, SOON, SOON, SOON, SOON, SOON);

    private final AtomicLong ended = new AtomicLong();
    private final RawApp app = new RawApp(connection -> {
        String head = connection.head();
        if (head.startsWith("GET /big")) {
            try {
                connection.say("HTTP/1.1 200 OK\r\nContent-Length: 268435456\r\n\r\n");
                byte[] block = new byte[1 << 20];
                for (int i = 0; i < 256; i++) {
                    connection.socket.getOutputStream().write(block);
                }
            } finally {
                ended.incrementAndGet();
            }
        } else if (head.startsWith("GET /stop")) {
            connection.say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
            connection.awaitEnd();
        } else if (head.startsWith("GET /ok")) {
            connection.say("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
        } else {
            connection.awaitEnd();
        }
    });
    private final RunningProxy proxy = RunningProxy.impatient(app.port(), RULES, IMPATIENT);

    @AfterAll
    void stop() {
        proxy.close();
        app.close();
    }

    @Test
    void aConnectionThatSaysNothingEnds() {
        assertThat(RawClient.untilClose(proxy.address(), "")).isEmpty();
        proxy.awaitMetrics("redisroles_input_refused_total{reason=\"slow_head\"}");
    }

    /** A little more of a head; ends what repeats it once the connection is closed. */
    private static void drip(Socket client) {
        try {
            client.getOutputStream().write(ascii("X: y\r\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aHeadThatDripsEnds() throws Exception {
        try (Socket client =
                new Socket(proxy.address().getAddress(), proxy.address().getPort())) {
            client.setSoTimeout(30_000);
            client.getOutputStream().write(ascii("GET / HTTP/1.1\r\n"));
            ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
            try {
                var unused = clock.scheduleWithFixedDelay(() -> drip(client), 0, 20, TimeUnit.MILLISECONDS);
                assertThat(readToEnd(client)).isEmpty();
            } finally {
                clock.shutdownNow();
            }
        }
    }

    @Test
    void aKeptConnectionThatSaysNothingMoreEnds() {
        assertThat(RawClient.untilClose(proxy.address(), "GET /ok HTTP/1.1\r\nHost: a\r\n\r\n"))
                .startsWith("HTTP/1.1 200")
                .endsWith("ok");
    }

    @Test
    void aBodyThatStopsIsA408() {
        assertThat(RawClient.untilClose(
                        proxy.address(), "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf"))
                .startsWith("HTTP/1.1 408 ")
                .contains("\"code\":\"request_timeout\"", "connection: close\r\n");
        proxy.awaitMetrics("redisroles_input_refused_total{reason=\"slow_body\"}");
    }

    @Test
    void aRefusedBodyThatStopsEndsTheConnection() {
        assertThat(RawClient.untilClose(
                        proxy.address(), "POST /closed/x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf"))
                .startsWith("HTTP/1.1 401 ")
                .containsOnlyOnce("HTTP/1.1");
    }

    @Test
    void anAppThatDoesNotBeginIsA504() {
        assertThat(proxy.get("/silent")).startsWith("HTTP/1.1 504 ").contains("\"code\":\"upstream_timeout\"");
    }

    @Test
    void anAppThatStopsIsCutOff() {
        assertThat(proxy.get("/stop")).contains("Content-Length: 9").endsWith("\r\n\r\nhalf");
    }

    @Test
    void aClientThatStopsReadingLetsTheAppGo() throws Exception {
        try (Socket client =
                new Socket(proxy.address().getAddress(), proxy.address().getPort())) {
            // When
            client.getOutputStream().write(ascii("GET /big HTTP/1.1\r\nHost: a\r\n\r\n"));

            // Then
            Awaitility.await().until(() -> ended.get() == 1);
        }
    }

    private static String readToEnd(Socket client) {
        try {
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            return ""; // reset: our last bytes were not read
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
