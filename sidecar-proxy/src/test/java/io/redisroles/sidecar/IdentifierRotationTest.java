package io.redisroles.sidecar;

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
        try (RunningProxy first = RunningProxy.start(RULES);
                RunningProxy second = first.sibling(RULES)) {
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
    void aFileThatIsNoKeyKeepsTheOneInUse() {
        try (RunningProxy proxy = RunningProxy.start(RULES)) {
            assertThat(proxy.get("/api/x")).startsWith("HTTP/1.1 200");

            proxy.writeIdentifierKeys("nonsense");
            proxy.reload(RULES.replace("requests: 400, burst: 400", "requests: 3, burst: 3"));

            await().until(() -> proxy.get("/api/x").startsWith("HTTP/1.1 429"));
            assertThat(counters(proxy)).isEqualTo(1);
        }
    }

    private static boolean admits(RunningProxy proxy) {
        return proxy.get("/api/x").startsWith("HTTP/1.1 200");
    }

    private static long counters(RunningProxy proxy) {
        return Long.parseLong(RawRedis.command(proxy.redis, "EVAL \"return #redis.call('KEYS', 'rate:*')\" 0"));
    }
}
