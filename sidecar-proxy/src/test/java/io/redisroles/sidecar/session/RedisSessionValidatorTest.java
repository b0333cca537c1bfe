package io.redisroles.sidecar.session;

import io.redisroles.contract.Identifiers;
import io.redisroles.contract.PolicySection;
import io.redisroles.contract.PolicySection.SessionSource;
import io.redisroles.contract.Unmatched;
import io.redisroles.redisprocess.ScratchRedis;
import io.redisroles.sidecar.TestStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Sessions on a real Redis; expiry is looked at, not waited for. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedisSessionValidatorTest {
    private static final String KEY = "session:abcdefgh";
    private static final long IDLE = Duration.ofMinutes(30).toMillis();
    private static final long MINUTE = Duration.ofMinutes(1).toMillis();

    private final ScratchRedis redis = ScratchRedis.start();
    private final TestStore store = new TestStore(redis);
    private SeenSessions seen = new SeenSessions(100);

    @BeforeEach
    void empty() {
        store.command("FLUSHALL");
        seen = new SeenSessions(100);
    }

    @AfterAll
    void stop() {
        store.close();
        redis.close();
    }

    @Test
    void aHashAndAJsonObjectAreSessions() {
        // Given
        store.command("HSET", KEY, "user_id", "ada", "tier", "pro");
        store.command("SET", "session:json-1234", "{\"user_id\": 42, \"tier\": \"pro\"}");

        // When, Then
        assertThat(validate("abcdefgh")).isEqualTo(valid("ada", "pro", "abcdefgh"));
        assertThat(validate("json-1234")).isEqualTo(valid("42", "pro", "json-1234"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "text", "{}", "{\"user_id\":\"\"}", "{\"user_id\":null}", "{broken", "[\"user_id\"]"})
    void whatNamesNoUserIsNoSession(String value) {
        // Given
        store.command("SET", KEY, value);

        // When, Then
        assertThat(validate("abcdefgh")).isEqualTo(new SessionVerdict.Invalid(false));
    }

    @Test
    void aSessionWithoutExpiryGetsOne() {
        // Given
        store.command("HSET", KEY, "user_id", "ada");

        // When
        validate("abcdefgh");

        // Then
        assertThat(ttl()).isBetween(IDLE - MINUTE, IDLE);
    }

    @Test
    void anExpiryIsMovedOnceAMinuteAtMost() {
        // Given
        store.command("HSET", KEY, "user_id", "ada");
        store.command("PEXPIRE", KEY, Long.toString(IDLE - MINUTE / 2));

        // When
        validate("abcdefgh");
        long soonAfter = ttl();
        store.command("PEXPIRE", KEY, Long.toString(IDLE - 2 * MINUTE));
        validate("abcdefgh");

        // Then
        assertThat(soonAfter).isLessThanOrEqualTo(IDLE - MINUTE / 2);
        assertThat(ttl()).isGreaterThan(IDLE - MINUTE);
    }

    @Test
    void aShortIdleTimeSlidesToo() {
        // Given
        store.command("HSET", KEY, "user_id", "ada");
        store.command("PEXPIRE", KEY, "12000");

        // When
        validate("abcdefgh", policy(Duration.ofSeconds(40)));

        // Then
        assertThat(ttl()).isGreaterThan(30_000);
    }

    @Test
    void aLongerExpiryIsLeftAlone() {
        // Given
        store.command("HSET", KEY, "user_id", "ada");
        store.command("PEXPIRE", KEY, Long.toString(5 * IDLE));

        // When
        validate("abcdefgh");

        // Then
        assertThat(ttl()).isGreaterThan(4 * IDLE);
    }

    @Test
    void theLongestLifeEndsASessionHoweverItsCreationIsWritten() {
        // Given
        Instant old = Instant.now().minus(Duration.ofHours(25));
        List<String> spellings = List.of(
                Long.toString(old.getEpochSecond()),
                old.getEpochSecond() + ".25",
                old.toString(),
                old.toString().replace("Z", "+00:00"),
                old.toString().replace("Z", ""));

        for (String created : spellings) {
            // When
            store.command("HSET", KEY, "user_id", "ada", "created_at", created);

            // Then
            assertThat(validate("abcdefgh")).as(created).isEqualTo(new SessionVerdict.Invalid(false));
        }
    }

    @Test
    void nearTheEndOfItsLifeASessionGetsNoMoreThanWhatIsLeft() {
        // Given
        Instant created = Instant.now().minus(Duration.ofHours(24)).plus(Duration.ofMinutes(10));
        store.command("HSET", KEY, "user_id", "ada", "created_at", created.toString());

        // When
        validate("abcdefgh");

        // Then
        assertThat(ttl()).isBetween(8 * MINUTE, 10 * MINUTE + 1000);
    }

    @Test
    void withoutACreationLifeIsCountedFromFirstSight() {
        // Given
        store.command("HSET", KEY, "user_id", "ada");
        seen.seen("abcdefgh", Instant.now().minus(Duration.ofHours(25)).toEpochMilli());

        // When, Then
        assertThat(validate("abcdefgh")).isEqualTo(new SessionVerdict.Invalid(false));
    }

    @Test
    void aTokensLifeIsItsIssuersBusiness() {
        // Given
        Credential.BearerToken token = Credential.BearerToken.of("opaque-token");
        store.command("SET", "auth:token:" + token.sha256(), "carol");

        // When
        SessionVerdict verdict = TestStore.await(validator()
                .validate(
                        name -> name.equals("authorization") ? List.of("bearer opaque-token") : List.of(),
                        policy(Duration.ofMinutes(30))));

        // Then
        assertThat(verdict).isEqualTo(valid("carol", "", token.sha256()));
        assertThat(store.command("PTTL", "auth:token:" + token.sha256())).isEqualTo("-1");
    }

    @Test
    void noSecretIsPrinted() {
        assertThat(new Credential.SessionId("secret-id").toString()).doesNotContain("secret-id");
        assertThat(valid("ada", "pro", "secret-id").toString())
                .doesNotContain("secret-id")
                .doesNotContain("ada");
    }

    private SessionVerdict validate(String id) {
        return validate(id, policy(Duration.ofMinutes(30)));
    }

    private SessionVerdict validate(String id, PolicySection policy) {
        return TestStore.await(
                validator().validate(name -> name.equals("cookie") ? List.of("sid=" + id) : List.of(), policy));
    }

    private SessionValidator validator() {
        return new RedisSessionValidator(store.store(), seen);
    }

    private long ttl() {
        return Long.parseLong(store.command("PTTL", KEY));
    }

    private static SessionVerdict valid(String user, String tier, String identity) {
        return new SessionVerdict.Valid(new Session(user, tier, identity));
    }

    private static PolicySection policy(Duration idle) {
        return new PolicySection(
                "caas",
                "gateway",
                1,
                Unmatched.DENY,
                Identifiers.HASHED,
                new PolicySection.Client(List.of(), 64),
                new PolicySection.Session(
                        List.of(
                                new SessionSource(SessionSource.Kind.COOKIE, "sid"),
                                new SessionSource(SessionSource.Kind.BEARER_TOKEN, "Authorization")),
                        "session:",
                        "auth:token:",
                        idle,
                        Duration.ofHours(24),
                        "created_at"),
                new PolicySection.Tier("tier", "free"),
                1,
                List.of());
    }
}
