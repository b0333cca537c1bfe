package io.redisroles.operator.desired;

import io.redisroles.operator.Samples;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What the sidecars of a policy may do, on a real redis-server that has counters, sessions and another policy. */
class PolicyUserOnRedisTest {
    private static final String USER = "_policy.web";
    private static final String COUNTER = "rate:{c2hvcA}:demo/web:api";
    private static final String SESSION = "session:0123456789abcdef";
    private static final String TOKEN = "auth:token:0123456789abcdef";
    private static final String API_KEY = "apikey:0123456789abcdef";
    private static final String JWT_STATE = "jwt:ada";
    /** Of a policy that takes every kind of credential. */
    private static final String ALL_KINDS = "_policy.all-kinds";

    private static final Pattern REFUSED = Pattern.compile("NOPERM .*|ERR The user executing the script can't .*");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it before any test.
    static Path directory;

    @SuppressWarnings("NullAway.Init") // Set before any test.
    static RenderedRedis redis;

    @BeforeAll
    static void start() {
        redis = RenderedRedis.start(
                Samples.plan(
                        "{role: gateway}",
                        Samples.policy("web"),
                        Samples.policy("other"),
                        Samples.policy("all-kinds", """
                                selector: {matchLabels: {app: shop}}
                                ports: [8080]
                                roles: {limits: {name: sample}, sessions: {name: sample}}
                                session:
                                  sources: [{cookie: sid}, {bearer: Token}, {apiKey: X-API-Key}]
                                rules:
                                - {name: api, session: Required, limits: []}
                                """),
                        Samples.policy("jwt", """
                                selector: {matchLabels: {app: shop}}
                                ports: [8080]
                                roles: {sessions: {name: sample}}
                                session:
                                  sources: [{bearer: Jwt}]
                                  jwt: {issuer: "https://login.test/", audience: shop, jwks: {uri: "https://login.test/keys"}}
                                rules:
                                - {name: api, session: Required, limits: []}
                                """),
                        Samples.policy("counting", """
                                selector: {matchLabels: {app: shop}}
                                ports: [8080]
                                roles: {limits: {name: sample}}
                                rules:
                                - name: all
                                  session: None
                                  limits: [{name: all, by: [ip], requests: 1, per: 1s}]
                                """)),
                directory);
        redis.run("_operator", "HSET " + SESSION + " user_id ada tier pro");
        redis.run("_operator", "SET " + TOKEN + " ada");
        redis.run("_operator", "SET rate:{c2hvcA}:demo/other:api x");
        redis.run("_operator", "SET app:1 x");
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    @Test
    void itCountsByScript() {
        // Given
        String script = """
                local now = redis.call('TIME')
                redis.call('SET', KEYS[1], now[1], 'PX', 60000)
                redis.call('PEXPIRE', KEYS[1], 50000)
                return redis.call('GET', KEYS[1]) == now[1] and redis.call('PTTL', KEYS[1]) > 0 and 'counted'
                """;
        String sha = redis.call(USER, "SCRIPT", "LOAD", script);

        // When
        String byDigest = redis.call(USER, "EVALSHA", sha, "1", COUNTER);
        String byText = redis.call(USER, "EVAL", script, "1", COUNTER);

        // Then
        assertThat(byDigest).isEqualTo("counted");
        assertThat(byText).isEqualTo("counted");
    }

    @Test
    void itReadsAndTouchesSessionsByScript() {
        // Given
        String script = """
                if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then return 'no hash' end
                redis.call('PEXPIRE', KEYS[1], 60000)
                return redis.call('PTTL', KEYS[1]) > 0 and redis.call('HMGET', KEYS[1], 'user_id')[1]
                """;

        // When
        String user = redis.call(USER, "EVAL", script, "1", SESSION);
        String owner = redis.call(USER, "EVAL", "return redis.call('GET', KEYS[1])", "1", TOKEN);

        // Then
        assertThat(user).isEqualTo("ada");
        assertThat(owner).isEqualTo("ada");
        assertThat(redis.run(USER, "HMGET " + SESSION + " user_id tier")).contains("ada", "pro");
        assertThat(redis.run(USER, "TOUCH " + SESSION + " " + TOKEN)).isEqualTo("2");
    }

    @Test
    void itReadsAndCountsWhatItsPolicyTakesCredentialsFrom() {
        // Given
        String meta = "auth:token_meta:1";
        String writing = """
                redis.call('HINCRBY', KEYS[1], 'usage_count', 1)
                redis.call('HSET', KEYS[1], 'last_used', 1)
                redis.call('PEXPIREAT', KEYS[1], 99999999999999)
                return redis.call('PTTL', KEYS[1]) > 0 and 'written'
                """;
        redis.run("_operator", "HSET " + API_KEY + " owner program");
        redis.run("_operator", "HSET " + JWT_STATE + " revoked 1");

        // When, Then
        assertThat(redis.call(ALL_KINDS, "EVAL", writing, "1", meta)).isEqualTo("written");
        assertThat(redis.run(ALL_KINDS, "HMGET " + API_KEY + " owner")).contains("program");
        assertThat(redis.run("_policy.jwt", "HMGET " + JWT_STATE + " revoked")).contains("1");
        assertThat(redis.run(ALL_KINDS, "TOUCH " + SESSION + " " + TOKEN + " " + API_KEY))
                .isEqualTo("3");
        for (String key : new String[] {API_KEY, TOKEN, SESSION}) {
            assertThat(redis.call(ALL_KINDS, "EVAL", writing, "1", key)).matches(REFUSED);
        }
        assertThat(redis.call("_policy.jwt", "EVAL", writing, "1", JWT_STATE)).matches(REFUSED);
        for (String key : new String[] {API_KEY, JWT_STATE, meta}) {
            assertThat(redis.run(USER, "HMGET " + key + " owner")).startsWith("NOPERM");
            assertThat(redis.run(USER, "TOUCH " + key)).startsWith("NOPERM");
            assertThat(redis.call(USER, "EVAL", writing, "1", key)).matches(REFUSED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {SESSION, TOKEN, "rate:{c2hvcA}:demo/other:api", "app:1", "_redisroles:canary"})
    void itWritesNothingButItsOwnCounters(String key) {
        assertThat(redis.run(USER, "SET " + key + " forged")).startsWith("NOPERM");
        assertThat(redis.call(USER, "EVAL", "return redis.call('SET', KEYS[1], 'forged')", "1", key))
                .matches(REFUSED);
        assertThat(redis.call(USER, "EVAL", "return redis.call('SET', ARGV[1], 'forged')", "0", key))
                .matches(REFUSED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rate:{c2hvcA}:demo/other:api", "app:1", "_redisroles:canary", "sessions"})
    void itReadsNothingButItsOwnCountersAndSessions(String key) {
        assertThat(redis.run(USER, "GET " + key)).startsWith("NOPERM");
        assertThat(redis.call(USER, "EVAL", "return redis.call('GET', ARGV[1])", "0", key))
                .matches(REFUSED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HSET " + SESSION + " user_id eve",
                "HGETALL " + SESSION,
                "PEXPIRE " + TOKEN + " 1",
                "PERSIST " + SESSION,
                "OBJECT FREQ " + SESSION,
                "DEL " + SESSION,
                "RENAME " + SESSION + " session:other",
                "DEL " + COUNTER,
                "INCR " + COUNTER,
                "HGET " + COUNTER + " x",
                "KEYS *",
                "SCAN 0",
                "DBSIZE",
                "FLUSHALL",
                "CONFIG GET *",
                "ACL WHOAMI",
                "PUBLISH room x",
                "SUBSCRIBE room",
                "SCRIPT FLUSH",
                "FUNCTION LIST",
                "CLIENT LIST",
                "CLIENT KILL ID 1",
                "CLIENT PAUSE 1",
                "CLIENT UNBLOCK 1",
                "MONITOR",
                "SHUTDOWN"
            })
    void itMayDoNothingElse(String command) {
        assertThat(redis.run(USER, command)).startsWith("NOPERM");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PING",
                "CLIENT ID",
                "CLIENT SETNAME sidecar",
                "CLIENT NO-EVICT ON",
                "CLIENT TRACKING ON NOLOOP",
                "CLIENT TRACKING OFF",
                "TIME",
                "INFO memory"
            })
    void itLooksAfterItsConnection(String command) {
        assertThat(redis.run(USER, command)).doesNotStartWith("NOPERM").doesNotStartWith("ERR");
    }

    @Test
    void aPolicyThatOnlyCountsSeesNoSessions() {
        assertThat(redis.run("_policy.counting", "SET rate:{x}:demo/counting:all 1"))
                .isEqualTo("OK");
        assertThat(redis.run("_policy.counting", "HGETALL " + SESSION)).startsWith("NOPERM");
        assertThat(redis.run("_policy.counting", "GET " + TOKEN)).startsWith("NOPERM");
        assertThat(redis.run("_policy.counting", "TOUCH " + SESSION)).startsWith("NOPERM");
    }
}
