package io.redisroles.sidecar.session;

import io.redisroles.redisprocess.ScratchRedis;
import io.redisroles.sidecar.TestStore;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** How often a token was used stands in Redis soon, and no longer than the token. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class TokenUsageTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String KEY = "auth:token:" + Sha256.hex("opaque-token");
    private static final String META = "auth:token_meta:token-1";

    private final ScratchRedis redis = ScratchRedis.start("--save", "", "--appendonly", "no");
    private final TestStore store = new TestStore(redis);

    @BeforeEach
    void empty() {
        store.command("FLUSHALL");
        store.command("HSET", KEY, "user_id", "ada", "token_id", "token-1");
    }

    @AfterAll
    void stop() {
        store.close();
        redis.close();
    }

    @Test
    void everyUseIsCountedAndEndsWithTheToken() {
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            // Given
            store.command("PEXPIRE", KEY, "600000");

            // When
            for (int i = 0; i < 25; i++) {
                assertThat(use(sidecar)).isInstanceOf(SessionVerdict.Valid.class);
            }

            // Then
            await().atMost(PATIENCE)
                    .until(() -> store.command("HGET", META, "usage_count").equals("25"));
            assertThat(Long.parseLong(store.command("HGET", META, "last_used")))
                    .isCloseTo(System.currentTimeMillis() / 1000, org.assertj.core.data.Offset.offset(30L));
            assertThat(pttl(META)).isPositive().isLessThanOrEqualTo(600_000);
            assertThat(pttl(META)).isLessThanOrEqualTo(pttl(KEY));

            // When
            use(sidecar);

            // Then
            await().atMost(PATIENCE)
                    .until(() -> store.command("HGET", META, "usage_count").equals("26"));
        }
    }

    @Test
    void anExpiryThatIsThereStays() {
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            // Given
            store.command("HSET", META, "usage_count", "7", "name", "laptop");
            store.command("PEXPIRE", META, "50000");

            // When
            use(sidecar);

            // Then
            await().atMost(PATIENCE)
                    .until(() -> store.command("HGET", META, "usage_count").equals("8"));
            assertThat(pttl(META)).isPositive().isLessThanOrEqualTo(50_000);
            assertThat(store.command("HGET", META, "name")).isEqualTo("laptop");
        }
    }

    @Test
    void aTokenWithoutEndLeavesNothingForEver() {
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            // When
            use(sidecar);

            // Then
            await().atMost(PATIENCE).until(() -> store.command("EXISTS", META).equals("1"));
            assertThat(pttl(META)).isPositive();
            assertThat(pttl(KEY)).isEqualTo(-1);
        }
    }

    @Test
    void onlyAHashWithAnIdIsCounted() {
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            // Given
            store.command("SET", "auth:token:" + Sha256.hex("another-token"), "ada");

            // When
            sidecar.validate(TestPolicies.bearer("another-token"), TestPolicies.POLICY);
            use(sidecar);

            // Then
            await().atMost(PATIENCE).until(() -> store.command("EXISTS", META).equals("1"));
            assertThat(store.command("KEYS", "auth:token_meta:*")).isEqualTo(META);
        }
    }

    @Test
    void aRevokedTokenIsOutAndNotCounted() {
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            // Given
            use(sidecar);

            // When
            store.command("DEL", KEY);

            // Then
            await().atMost(PATIENCE).until(() -> use(sidecar).equals(new SessionVerdict.Invalid(true)));
        }
    }

    @Test
    void aTokenEndsWithTheLongestLifeFromItsCreation() {
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            // Given
            long now = System.currentTimeMillis() / 1000;
            store.command("HSET", KEY, "created_at", Long.toString(now - 86_500));

            // When, Then
            assertThat(use(sidecar)).isEqualTo(new SessionVerdict.Invalid(true));
            store.command("HSET", KEY, "created_at", Long.toString(now - 86_000));
            await().atMost(PATIENCE).until(() -> use(sidecar) instanceof SessionVerdict.Valid);
        }
    }

    private static SessionVerdict use(TestSessions sidecar) {
        return sidecar.validate(TestPolicies.bearer("opaque-token"), TestPolicies.POLICY);
    }

    private long pttl(String key) {
        return Long.parseLong(store.command("PTTL", key));
    }
}
