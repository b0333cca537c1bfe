package io.redisroles.sidecar;

import io.redisroles.redisprocess.ScratchRedis;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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
              onSessionStoreFailure: Deny
              limits: [{name: deny, by: [ip], amount: {requests: 1000, burst: 1000}, algorithm: {type: SlidingWindow, per: 1h}, cost: 1, unit: Request, mode: Enforce, tiers: {}, onStoreFailure: Deny}]
            - name: allow
              paths: ["/allow"]
              methods: []
              session: None
              onSessionStoreFailure: Deny
              limits: [{name: allow, by: [ip], amount: {requests: 1, burst: 1}, algorithm: {type: SlidingWindow, per: 1h}, cost: 1, unit: Request, mode: Enforce, tiers: {}, onStoreFailure: Allow}]
            - name: local
              paths: ["/local"]
              methods: []
              session: None
              onSessionStoreFailure: Deny
              limits: [{name: local, by: [ip], amount: {requests: 7, burst: 7}, algorithm: {type: SlidingWindow, per: 1h}, cost: 1, unit: Request, mode: Enforce, tiers: {}, onStoreFailure: Local}]
            - name: refused
              paths: ["/refused"]
              methods: []
              session: None
              onSessionStoreFailure: Deny
              limits: [{name: refused, by: [ip], amount: {requests: 1, burst: 1}, algorithm: {type: SlidingWindow, per: 1h}, cost: 1, unit: Request, mode: Enforce, tiers: {}, onStoreFailure: Local}]
            - name: api
              paths: ["/api"]
              methods: []
              session: Required
              onSessionStoreFailure: Deny
              limits: []
            """;

    private final RunningProxy proxy = RunningProxy.start("1s", "20s", RULES);

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
        proxy.awaitMetrics(
                "redisroles_redis_up{store=\"limits\"} 0.0",
                "limit=\"local\",outcome=\"admitted\",rule=\"local\",source=\"local\"} 3.0");

        // When
        proxy.redis.restart();

        // Then
        awaitAnswer("/deny", "HTTP/1.1 200");
        // Each event loop has a connection of its own, and they come back one after the other.
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(proxy.get("/local"))
                        .startsWith("HTTP/1.1 200")
                        .contains("x-redisroles-source: redis"));
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(proxy.metrics())
                        .as("up is what has all its connections")
                        .contains("redisroles_redis_up{store=\"limits\"} 1.0"));
    }

    /** Ways to fail of a Redis that is still connected, and the words that metrics have for them. */
    @SuppressWarnings("ImmutableEnumChecker") // The actions keep nothing.
    enum Fault {
        FROZEN("timeout", ScratchRedis::freeze, ScratchRedis::thaw),
        REPLICA("readonly", "REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE"),
        FULL("oom", "CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0"),
        FORBIDDEN("noperm", "ACL SETUSER default resetkeys", "ACL SETUSER default allkeys");

        private final String reason;
        private final Consumer<ScratchRedis> begin;
        private final Consumer<ScratchRedis> end;

        Fault(String reason, Consumer<ScratchRedis> begin, Consumer<ScratchRedis> end) {
            this.reason = reason;
            this.begin = begin;
            this.end = end;
        }

        Fault(String reason, String begin, String end) {
            this(reason, redis -> RawRedis.command(redis, begin), redis -> RawRedis.command(redis, end));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRedisThatCannotServeIsGoneToo(Fault fault) {
        // Given
        assertThat(proxy.get("/local")).contains("x-redisroles-source: redis");

        // When
        fault.begin.accept(proxy.redis);

        // Then
        assertThat(proxy.get("/deny"))
                .startsWith("HTTP/1.1 503")
                .contains("retry-after: 1\r\n", "\"code\":\"store_unavailable\"");
        assertThat(proxy.get("/allow")).startsWith("HTTP/1.1 200").contains("x-redisroles-source: local");
        assertThat(proxy.get("/local")).startsWith("HTTP/1.1 200").contains("x-redisroles-source: local");
        assertThat(proxy.get("/api", "Cookie: sid=any-12345678"))
                .as("a full Redis still knows who has a session")
                .startsWith(fault == Fault.FULL ? "HTTP/1.1 401" : "HTTP/1.1 503");
        proxy.awaitMetrics(
                "redisroles_redis_failures_total{reason=\"" + fault.reason + "\"",
                "limit=\"local\",outcome=\"admitted\",rule=\"local\",source=\"local\"} 1.0");

        // When
        fault.end.accept(proxy.redis);

        // Then
        awaitAnswer("/deny", "HTTP/1.1 200");
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(proxy.get("/deny"))
                        .as("Redis decides again, or has lent tokens to one who asks so often")
                        .containsPattern("x-redisroles-source: (redis|lease)"));
    }

    private void awaitAnswer(String path, String beginning) {
        await().atMost(Duration.ofSeconds(60)).until(() -> proxy.get(path).startsWith(beginning));
    }
}
