package io.redisroles.sidecar;

import io.redisroles.contract.ConfigException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Where the process keeps what it must know, and what it refuses to start without. */
@Timeout(60)
class StorageTypeTest {
    private static final String RULES = """
            - name: open
              paths: ["/open"]
              methods: []
              session: None
              onSessionStoreFailure: Deny
              limits: [{name: open, by: [ip], amount: {requests: 4, burst: 4}, algorithm: {type: SlidingWindow, per: 1h}, cost: 1, unit: Request, mode: Enforce, tiers: {}, onStoreFailure: Deny}]
            - name: private
              paths: ["/private"]
              methods: []
              session: Required
              onSessionStoreFailure: Deny
              limits: []
            """;
    private static final String NO_REDIS = "redis://127.0.0.1:1";

    @Test
    void inMemoryLimitsAreDecidedHereAndNobodyHasASession() {
        try (RunningProxy proxy = RunningProxy.start(
                Map.of("REDISROLES_ENV", "development", "SESSION_STORAGE_TYPE", "inmemory", "REDIS_URL", NO_REDIS),
                RULES)) {
            for (int i = 0; i < 2; i++) {
                assertThat(proxy.get("/open"))
                        .as("the policy counts two sidecars")
                        .startsWith("HTTP/1.1 200")
                        .contains("x-redisroles-source: local");
            }
            assertThat(proxy.get("/open")).startsWith("HTTP/1.1 429");
            assertThat(proxy.get("/private", "Cookie: sid=any-12345678"))
                    .startsWith("HTTP/1.1 401")
                    .contains("session_invalid");
            assertThat(proxy.get("/private")).startsWith("HTTP/1.1 401").contains("session_missing");
            assertThat(stats(proxy)).contains("\"storage_type\":\"inmemory\",\"connected\":true");
            assertThat(proxy.metrics()).doesNotContain("redisroles_redis_");
        }
    }

    @Test
    void inMemoryIsRefusedInProduction() {
        assertRefused(
                Map.of("REDISROLES_ENV", "production", "SESSION_STORAGE_TYPE", "inmemory"),
                "SESSION_STORAGE_TYPE=inmemory needs REDISROLES_ENV=development");
    }

    @Test
    void productionDoesNotStartWithoutItsRedis() {
        assertRefused(
                Map.of("REDISROLES_ENV", "production", "REDIS_URL", NO_REDIS),
                "REDISROLES_ENV=production: the Redis of ");
    }

    @Test
    void productionStartsWithItsRedis() {
        try (RunningProxy proxy = RunningProxy.start(Map.of("REDISROLES_ENV", "production"), RULES)) {
            assertThat(proxy.get("/open")).contains("x-redisroles-source: redis");
        }
    }

    @Test
    void whereNothingIsSaidItStartsWithoutRedisAndIsReady() {
        try (RunningProxy proxy = RunningProxy.start(Map.of("REDIS_URL", NO_REDIS), RULES)) {
            assertThat(proxy.get("/open")).startsWith("HTTP/1.1 503");
            assertThat(RawClient.get(proxy.server.probes(), "/healthz/ready"))
                    .as("what happens without Redis is configured: other pods would do no better")
                    .startsWith("HTTP/1.1 200");
            assertThat(stats(proxy)).contains("\"storage_type\":\"redis\",\"connected\":false");
        }
    }

    private static String stats(RunningProxy proxy) {
        return RawClient.untilClose(
                proxy.server.admin(), "GET /stats HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    }

    private static void assertRefused(Map<String, String> environment, String message) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> RunningProxy.start(environment, RULES).close())
                .withMessageStartingWith(message)
                .withMessageNotContaining("\n");
    }
}
