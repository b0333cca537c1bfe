package io.redisroles.sidecar;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What happens while Redis is gone: exactly what each limit says, and back by itself. */
@Timeout(120)
class StoreFailureTest {
    private static final String RULES = """
            - name: deny
              paths: ["/deny"]
              methods: []
              session: None
              limits: [{name: deny, by: [ip], requests: 1000, per: 1h, cost: 1, tiers: {}, onStoreFailure: Deny}]
            - name: allow
              paths: ["/allow"]
              methods: []
              session: None
              limits: [{name: allow, by: [ip], requests: 1, per: 1h, cost: 1, tiers: {}, onStoreFailure: Allow}]
            - name: local
              paths: ["/local"]
              methods: []
              session: None
              limits: [{name: local, by: [ip], requests: 7, per: 1h, cost: 1, tiers: {}, onStoreFailure: Local}]
            - name: refused
              paths: ["/refused"]
              methods: []
              session: None
              limits: [{name: refused, by: [ip], requests: 1, per: 1h, cost: 1, tiers: {}, onStoreFailure: Local}]
            - name: api
              paths: ["/api"]
              methods: []
              session: Required
              limits: []
            """;

    private final RunningProxy proxy = RunningProxy.start("2s", "20s", RULES);

    @AfterEach
    void stop() {
        proxy.close();
    }

    @Test
    void eachLimitDoesWhatItSaysWhileRedisIsDeadAndRedisDecidesAgainAfter() {
        // Given
        assertThat(proxy.get("/deny")).startsWith("HTTP/1.1 200").contains("x-redisroles-source: redis");

        // When
        proxy.redis.kill();
        awaitAnswer("/deny", "HTTP/1.1 503");

        // Then
        assertThat(proxy.get("/deny")).contains("retry-after: 1\r\n", "\"code\":\"store_unavailable\"");
        assertThat(proxy.get("/api", "Cookie: sid=any-12345678")).startsWith("HTTP/1.1 503");
        for (int i = 0; i < 3; i++) {
            assertThat(proxy.get("/allow")).startsWith("HTTP/1.1 200").contains("x-redisroles-source: local");
            assertThat(proxy.get("/local"))
                    .as("7 among 2 sidecars are 3")
                    .startsWith("HTTP/1.1 200")
                    .contains("x-redisroles-source: local");
        }
        assertThat(proxy.get("/local")).startsWith("HTTP/1.1 429").contains("violated-policies\":[\"local\"]");
        assertThat(proxy.get("/refused")).as("1 among 2 sidecars is none").startsWith("HTTP/1.1 429");
        assertThat(proxy.metrics())
                .contains("redisroles_redis_up{store=\"limits\"} 0.0")
                .contains("limit=\"local\",outcome=\"admitted\",rule=\"local\",source=\"local\"} 3.0");

        // When
        proxy.redis.restart();

        // Then
        awaitAnswer("/deny", "HTTP/1.1 200");
        assertThat(proxy.get("/local")).startsWith("HTTP/1.1 200").contains("x-redisroles-source: redis");
        assertThat(proxy.metrics()).contains("redisroles_redis_up{store=\"limits\"} 1.0");
    }

    @Test
    void aRedisThatSwallowsEverythingIsGoneToo() {
        // Given
        assertThat(proxy.get("/local")).contains("x-redisroles-source: redis");

        // When
        proxy.redis.freeze();

        // Then
        assertThat(proxy.get("/local")).startsWith("HTTP/1.1 200").contains("x-redisroles-source: local");
        assertThat(proxy.get("/deny")).startsWith("HTTP/1.1 503");

        // When
        proxy.redis.thaw();

        // Then
        awaitAnswer("/deny", "HTTP/1.1 200");
    }

    private void awaitAnswer(String path, String beginning) {
        await().atMost(Duration.ofSeconds(60)).until(() -> proxy.get(path).startsWith(beginning));
    }
}
