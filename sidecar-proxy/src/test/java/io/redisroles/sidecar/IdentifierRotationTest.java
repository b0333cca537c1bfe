package io.redisroles.sidecar;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Two sidecars of one policy whose identifier key is exchanged while they serve. */
@Timeout(60)
class IdentifierRotationTest {
    private static final String FORMER = "A".repeat(43);
    private static final String CURRENT = "B".repeat(42) + "A";
    private static final String RULES = """
            - name: api
              paths: ["/api/**"]
              methods: []
              session: None
              onSessionStoreFailure: Deny
              limits: [{name: api, by: [ip], amount: {requests: 400, burst: 400}, algorithm: {type: SlidingWindow, per: 1h}, cost: 1, unit: Request, mode: Enforce, tiers: {}, onStoreFailure: Deny}]
            """;

    @Test
    void whatWasCountedBeforeCountsOnAndBothCountTogether() {
        try (RunningProxy first = RunningProxy.edited(RULES, IdentifierRotationTest::hashed);
                RunningProxy second = first.sibling(RULES, IdentifierRotationTest::hashed)) {
            // Given
            assertThat(first.get("/api/x")).startsWith("HTTP/1.1 200").contains("ratelimit: \"api\";r=399");
            assertThat(second.get("/api/x")).startsWith("HTTP/1.1 200").contains("ratelimit: \"api\";r=398");
            assertThat(counters(first)).isEqualTo(1);

            // When one has heard of it
            first.writeIdentifierKeys(CURRENT + "\n" + FORMER);
            AtomicInteger admitted = new AtomicInteger(2);
            await().until(() -> admits(first) && admitted.incrementAndGet() > 2 && counters(first) == 2);

            // Then
            while (admits(second)) {
                admitted.incrementAndGet();
            }
            assertThat(admitted).hasValue(400);
            assertThat(first.get("/api/x")).startsWith("HTTP/1.1 429").contains("violated-policies\":[\"api\"]");
            assertThat(counters(first)).isEqualTo(2);
        }
    }

    @Test
    void aSlotIsHeldAndGivenBackUnderBothNames() throws IOException {
        String rules = RULES.replace(
                        "amount: {requests: 400, burst: 400}, algorithm: {type: SlidingWindow, per: 1h}",
                        "amount: {requests: 1, burst: 1}, algorithm: {type: Concurrency, lease: 3s}")
                .replace("/api/**", "/app/**");
        try (RunningProxy proxy = RunningProxy.edited(rules, IdentifierRotationTest::hashed)) {
            // Given
            proxy.writeIdentifierKeys(CURRENT + "\n" + FORMER);
            boolean both = false;
            for (int i = 0; i < 100 && !both; i++) {
                try (Socket held = hold(proxy)) {
                    assertThat(held.isConnected()).isTrue();
                    await().until(() -> proxy.get("/app/204").startsWith("HTTP/1.1 429"));
                    both = counters(proxy) == 2;
                }
                // When the one that held it is gone
                await().until(() -> proxy.get("/app/204").startsWith("HTTP/1.1 204"));
            }

            // Then
            assertThat(both).isTrue();
            await().until(() -> counters(proxy) == 0);
        }
    }

    @Test
    void aFileThatIsNoKeyKeepsTheOneInUseUntilThereIsAGoodOne() {
        try (RunningProxy proxy = RunningProxy.edited(RULES, IdentifierRotationTest::hashed)) {
            assertThat(admits(proxy)).isTrue();

            proxy.writeIdentifierKeys("nonsense");
            await().during(Duration.ofSeconds(1)).until(() -> admits(proxy) && counters(proxy) == 1);

            proxy.writeIdentifierKeys(CURRENT + "\n" + FORMER);
            await().until(() -> admits(proxy) && counters(proxy) == 2);
            proxy.awaitMetrics("redisroles_limit_counters_lost_total{reason=\"renamed\"} 0.0");
        }
    }

    @Test
    void aKeyThatIsReplacedInsteadOfExchangedIsReported() {
        try (RunningProxy proxy = RunningProxy.edited(RULES, IdentifierRotationTest::hashed)) {
            assertThat(admits(proxy)).isTrue();

            proxy.writeIdentifierKeys(CURRENT);

            await().until(() -> admits(proxy) && counters(proxy) == 2);
            proxy.awaitMetrics("redisroles_limit_counters_lost_total{reason=\"renamed\"} 1.0");
        }
    }

    private static String hashed(String config) {
        assertThat(config).contains("identifiers: Plain");
        return config.replace("identifiers: Plain", "identifiers: Hashed");
    }

    private static boolean admits(RunningProxy proxy) {
        return proxy.get("/api/x").startsWith("HTTP/1.1 200");
    }

    private static Socket hold(RunningProxy proxy) throws IOException {
        Socket socket = new Socket(proxy.address().getAddress(), proxy.address().getPort());
        socket.setSoLinger(true, 0); // gone, not only silent, when it is closed
        socket.getOutputStream()
                .write(RawClient.head("GET /app/hang HTTP/1.1", "Host: a").getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static long counters(RunningProxy proxy) {
        return Long.parseLong(RawRedis.command(proxy.redis, "EVAL \"return #redis.call('KEYS', 'rate:*:api')\" 0"));
    }
}
