package io.redisroles.sidecar.session;

import io.redisroles.redisprocess.ScratchRedis;
import io.redisroles.sidecar.TestStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Sessions on a real Redis; expiry is looked at, not waited for. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SessionsTest {
    private static final String KEY = "session:abcdefgh";
    private static final long IDLE = Duration.ofMinutes(30).toMillis();
    private static final long MINUTE = Duration.ofMinutes(1).toMillis();

    private final ScratchRedis redis = ScratchRedis.start();
    private final TestStore store = new TestStore(redis);

    @SuppressWarnings("NullAway.Init") // Set before each test.
    private TestSessions sidecar;

    @BeforeEach
    void empty() {
        store.command("FLUSHALL");
        sidecar = new TestSessions(redis.port(), redis.port(), false, Duration.ofSeconds(20));
    }

    @AfterEach
    void end() {
        sidecar.close();
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

    @Test
    void whatIsNotKeptIsReadWithTheLimitsAndAskedForNothingElse() {
        // Given
        store.command("SET", "auth:token:" + Sha256.hex("a-token"), "ada", "EX", "60");
        double before = commandsOfStore();
        long gets = callsOf("get");
        long others = callsOf("pttl") + callsOf("type") + callsOf("time");

        // When
        SessionVerdict verdict = sidecar.validate(TestPolicies.bearer("a-token"), TestPolicies.POLICY);

        // Then
        assertThat(verdict).isInstanceOf(SessionVerdict.Valid.class);
        assertThat(commandsOfStore() - before)
                .as("over the connections that limits use too")
                .isEqualTo(1);
        assertThat(callsOf("get") - gets).isEqualTo(1);
        assertThat(callsOf("pttl") + callsOf("type") + callsOf("time")).isEqualTo(others);
    }

    /** How often Redis has run a command, scripts included. */
    private long callsOf(String command) {
        String start = "cmdstat_" + command + ":calls=";
        return store.command("INFO", "commandstats")
                .lines()
                .filter(line -> line.startsWith(start))
                .mapToLong(line -> Long.parseLong(line.substring(start.length(), line.indexOf(','))))
                .sum();
    }

    private double commandsOfStore() {
        return sidecar.metrics
                .scrape()
                .lines()
                .filter(line -> line.startsWith("redisroles_redis_commands_total"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
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
        sidecar.validate(TestPolicies.cookie("abcdefgh"), TestPolicies.idle(Duration.ofSeconds(40)));

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
        sidecar.seen.seen("abcdefgh", Instant.now().minus(Duration.ofHours(25)).toEpochMilli());

        // When, Then
        assertThat(validate("abcdefgh")).isEqualTo(new SessionVerdict.Invalid(false));
    }

    @Test
    void aTokensLifeIsItsIssuersBusiness() {
        // Given
        Credential.BearerToken token = Credential.BearerToken.of("opaque-token");
        store.command("SET", "auth:token:" + token.sha256(), "carol");

        // When
        SessionVerdict verdict = sidecar.validate(TestPolicies.bearer("opaque-token"), TestPolicies.POLICY);

        // Then
        assertThat(verdict)
                .isEqualTo(valid(
                        "carol",
                        "",
                        token.sha256(),
                        Proof.record(Proof.Kind.TOKEN, "auth:token:" + token.sha256(), ""),
                        false));
        assertThat(store.command("PTTL", "auth:token:" + token.sha256())).isEqualTo("-1");
    }

    @Test
    void noSecretIsPrinted() {
        assertThat(new Credential.SessionId("secret-id", true).toString()).doesNotContain("secret-id");
        assertThat(valid("ada", "pro", "secret-id").toString())
                .doesNotContain("secret-id")
                .doesNotContain("ada");
    }

    private SessionVerdict validate(String id) {
        return sidecar.cookie(id);
    }

    private long ttl() {
        return Long.parseLong(store.command("PTTL", KEY));
    }

    private static SessionVerdict valid(String user, String tier, String identity) {
        return valid(user, tier, identity, Proof.record(Proof.Kind.SESSION, "session:" + identity, ""), true);
    }

    private static SessionVerdict valid(String user, String tier, String identity, Proof proof, boolean byCookie) {
        return new SessionVerdict.Valid(new Session(user, tier, identity, proof), byCookie, false);
    }
}
