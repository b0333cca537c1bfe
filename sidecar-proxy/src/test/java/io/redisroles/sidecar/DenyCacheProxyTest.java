package io.redisroles.sidecar;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** What refusals cost Redis, seen from outside. */
@Timeout(60)
class DenyCacheProxyTest {
    private static final String RULES = """
            - name: open
              paths: ["/open"]
              methods: []
              session: None
              onSessionStoreFailure: Deny
              limits: [{name: open, by: [ip], amount: {requests: 3, burst: 3}, algorithm: {type: SlidingWindow, per: 1h}, cost: 1, unit: Request, mode: Enforce, tiers: {}, onStoreFailure: Deny}]
            - name: api
              paths: ["/api"]
              methods: []
              session: Required
              onSessionStoreFailure: Deny
              limits: [{name: api, by: [ip], amount: {requests: 3, burst: 3}, algorithm: {type: SlidingWindow, per: 1h}, cost: 1, unit: Request, mode: Enforce, tiers: {}, onStoreFailure: Deny}]
            """;

    private final RunningProxy proxy = RunningProxy.start(RULES);
    private final TestStore store = new TestStore(proxy.redis);

    @AfterEach
    void stop() {
        store.close();
        proxy.close();
    }

    @Test
    void aFloodThatIsRefusedAsksRedisOnceASecondAndSaysWhoRefused() {
        // Given
        for (int i = 0; i < 4; i++) {
            assertThat(proxy.get("/open")).contains("x-redisroles-source: redis");
        }
        long before = scriptCalls();
        long started = System.nanoTime();

        // When
        int cached = 0;
        int flood = 500;
        for (int i = 0; i < flood; i++) {
            String answer = proxy.get("/open");
            assertThat(answer).startsWith("HTTP/1.1 429").contains("retry-after: ", "\"violated-policies\":[\"open\"]");
            cached += answer.contains("x-redisroles-source: cache") ? 1 : 0;
        }

        // Then
        long seconds = (System.nanoTime() - started) / 1_000_000_000 + 1;
        assertThat(scriptCalls() - before)
                .as("scripts in %d s, heartbeats among them", seconds)
                .isLessThanOrEqualTo(2 * seconds);
        assertThat(cached).isGreaterThanOrEqualTo((int) (flood - seconds));
        proxy.awaitMetrics("limit=\"open\",outcome=\"limited\",rule=\"open\",source=\"cache\"}");
    }

    @Test
    void whatIsKnownToBeExhaustedIsRefusedBeforeAnySessionIsLookedUp() {
        // Given
        for (int i = 0; i < 3; i++) {
            assertThat(proxy.get("/api", "Cookie: sid=guess-" + i + "-12345678"))
                    .startsWith("HTTP/1.1 401");
        }
        assertThat(proxy.get("/api", "Cookie: sid=guess-4-12345678")).startsWith("HTTP/1.1 429");
        long before = scriptCalls();

        // When
        String answer = proxy.get("/api", "Cookie: sid=guess-5-12345678");

        // Then
        assertThat(answer).startsWith("HTTP/1.1 429").contains("x-redisroles-source: cache");
        assertThat(scriptCalls() - before).as("only a heartbeat").isLessThanOrEqualTo(1);
    }

    @Test
    void aCounterThatWasResetIsNoticedWithinASecondOrSo() {
        // Given
        for (int i = 0; i < 5; i++) {
            proxy.get("/open");
        }
        assertThat(proxy.get("/open")).startsWith("HTTP/1.1 429");

        // When
        store.command("DEL", "rate:{ip=127.0.0.1}:caas/gateway:open");

        // Then
        org.awaitility.Awaitility.await().until(() -> proxy.get("/open").startsWith("HTTP/1.1 200"));
    }

    private long scriptCalls() {
        Matcher calls =
                Pattern.compile("cmdstat_eval(?:sha)?:calls=([0-9]+)").matcher(store.command("INFO", "commandstats"));
        long sum = 0;
        while (calls.find()) {
            sum += Long.parseLong(calls.group(1));
        }
        return sum - ++own;
    }

    /** How often this test itself ran a script to find out. */
    private long own;
}
