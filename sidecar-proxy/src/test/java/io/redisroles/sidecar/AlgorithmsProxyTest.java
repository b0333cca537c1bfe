package io.redisroles.sidecar;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Each algorithm, mode and kind of subject, seen by a client. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AlgorithmsProxyTest {
    private static final String RULES =
            rule("bucket", "/bucket", "ip", 60, 2, "{type: TokenBucket, per: 1h}", "Enforce")
                    + rule("leaky", "/leaky", "ip", 10, 10, "{type: LeakyBucket, per: 5s, maxWait: 700ms}", "Enforce")
                    + rule("slots", "/app/*", "ip", 2, 2, "{type: Concurrency, lease: 3s}", "Enforce")
                    + rule("shadow", "/shadow", "ip", 1, 1, "{type: SlidingWindow, per: 1h}", "Shadow")
                    + rule(
                            "tenant",
                            "/tenant/*",
                            "ip, \"header:X-Tenant\", method",
                            1,
                            1,
                            "{type: SlidingWindow, per: 1h}",
                            "Enforce")
                    + rule("path", "/p/*\", \"/q/*", "path", 1, 1, "{type: SlidingWindow, per: 1h}", "Enforce");

    private final RunningProxy proxy = RunningProxy.start(RULES);

    @BeforeEach
    void empty() {
        RawRedis.command(proxy.redis, "FLUSHALL");
    }

    @AfterAll
    void stop() {
        proxy.close();
    }

    @Test
    void aTokenBucketTellsItsBurstAndWhenTheNextTokenComes() {
        // When
        String first = proxy.get("/bucket");
        String second = proxy.get("/bucket");
        String refused = proxy.get("/bucket");

        // Then
        assertThat(first)
                .startsWith("HTTP/1.1 200")
                .contains("ratelimit-policy: \"bucket\";q=2\r\n", "\"bucket\";r=1;t=60");
        assertThat(second).startsWith("HTTP/1.1 200").contains("\"bucket\";r=0;t=60");
        assertThat(refused)
                .startsWith("HTTP/1.1 429")
                .contains("retry-after: 60\r\n", "\"violated-policies\":[\"bucket\"]");
    }

    @Test
    void aLeakyBucketHoldsRequestsUntilTheirTurnAndRefusesWhoWouldWaitTooLong() throws IOException {
        // Given
        long started = System.nanoTime();

        // When
        String together = RawClient.untilClose(
                proxy.address(),
                "GET /leaky HTTP/1.1\r\nHost: a\r\n\r\nGET /leaky HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        // Then
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isGreaterThanOrEqualTo(Duration.ofMillis(499));
        assertThat(together.split("HTTP/1.1 200", -1)).hasSize(3);
    }

    @Test
    void aLeakyBucketRefusesWhoWouldWaitTooLong() throws IOException {
        // When
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            sockets.add(held("/leaky"));
        }

        // Then
        List<String> answers = new ArrayList<>();
        for (Socket socket : sockets) {
            answers.add(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII));
            socket.close();
        }
        // One at once, one after half a second; the next turn would come after a whole one.
        assertThat(answers).contains("HTTP/1.1 200");
        assertThat(answers).contains("HTTP/1.1 429");
    }

    @Test
    void slotsAreHeldWhileRequestsRunAndGivenBackHoweverTheyEnd() throws IOException {
        // Given
        Socket one = held("/app/hang");
        Socket two = held("/app/hang");
        Awaitility.await().until(() -> proxy.get("/app/204").startsWith("HTTP/1.1 429"));
        assertThat(proxy.get("/app/204"))
                .contains(
                        "ratelimit-policy: \"slots\";q=2;qu=\"concurrent-requests\"\r\n",
                        "ratelimit: \"slots\";r=0\r\n")
                .contains("retry-after: 1\r\n");

        // When
        one.close();

        // Then
        Awaitility.await().until(() -> proxy.get("/app/204").startsWith("HTTP/1.1 204"));
        for (int i = 0; i < 20; i++) {
            String answer = proxy.get("/app/204");
            assertThat(answer).startsWith("HTTP/1.1 204");
            Awaitility.await()
                    .until(() -> RawRedis.command(proxy.redis, "STRLEN rate:{ip=127.0.0.1}:caas/gateway:slots")
                            .equals("24"));
        }
        two.close();
        Awaitility.await()
                .until(() -> RawRedis.command(proxy.redis, "EXISTS rate:{ip=127.0.0.1}:caas/gateway:slots")
                        .equals("0"));
    }

    @Test
    void aRequestKeepsItsSlotBeyondTheLeaseWhileItRuns() throws IOException {
        try (Socket one = held("/app/hang");
                Socket two = held("/app/hang")) {
            // Given
            assertThat(one.isConnected() && two.isConnected()).isTrue();
            Awaitility.await().until(() -> proxy.get("/app/204").startsWith("HTTP/1.1 429"));
            long started = System.nanoTime();

            // When, Then
            while (System.nanoTime() - started < Duration.ofMillis(3500).toNanos()) {
                assertThat(proxy.get("/app/204")).startsWith("HTTP/1.1 429");
            }
        }
    }

    @Test
    void aShadowLimitPassesAndIsReported() {
        // When
        String first = proxy.get("/shadow");
        String second = proxy.get("/shadow");

        // Then
        assertThat(first).startsWith("HTTP/1.1 200").doesNotContain("ratelimit");
        assertThat(second).startsWith("HTTP/1.1 200").doesNotContain("ratelimit");
        proxy.awaitMetrics("limit=\"shadow\",outcome=\"admitted\"", "limit=\"shadow\",outcome=\"shadow_limited\"");
    }

    @Test
    void headersAndMethodsAreCountedApart() {
        // Given
        assertThat(proxy.get("/tenant/a", "X-Tenant: one")).startsWith("HTTP/1.1 200");

        // When, Then
        assertThat(proxy.get("/tenant/b", "x-tenant: one")).startsWith("HTTP/1.1 429");
        assertThat(proxy.get("/tenant/a", "X-Tenant: two")).startsWith("HTTP/1.1 200");
        assertThat(proxy.get("/tenant/a")).startsWith("HTTP/1.1 200");
        assertThat(proxy.get("/tenant/a", "X-Tenant: ")).startsWith("HTTP/1.1 429");
        assertThat(RawClient.untilClose(
                        proxy.address(),
                        "HEAD /tenant/a HTTP/1.1\r\nHost: a\r\nX-Tenant: one\r\nConnection: close\r\n\r\n"))
                .as("counts as GET")
                .startsWith("HTTP/1.1 429");
    }

    @Test
    void pathsAreCountedByTheirPattern() {
        assertThat(proxy.get("/p/1")).startsWith("HTTP/1.1 200");
        assertThat(proxy.get("/p/2")).startsWith("HTTP/1.1 429");
        assertThat(proxy.get("/q/1")).startsWith("HTTP/1.1 200");
    }

    /** A request whose answer nobody reads yet. */
    private Socket held(String path) throws IOException {
        Socket socket = new Socket(proxy.address().getAddress(), proxy.address().getPort());
        socket.setSoLinger(true, 0); // gone, not only silent, when it is closed
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static String rule(
            String name, String path, String by, int requests, int burst, String algorithm, String mode) {
        return """
                - name: %1$s
                  paths: ["%2$s"]
                  methods: []
                  session: None
                  onSessionStoreFailure: Deny
                  limits: [{name: %1$s, by: [%3$s], amount: {requests: %4$d, burst: %5$d}, algorithm: %6$s, cost: 1, unit: Request, mode: %7$s, tiers: {}, onStoreFailure: Deny}]
                """.formatted(name, path, by, requests, burst, algorithm, mode);
    }
}
