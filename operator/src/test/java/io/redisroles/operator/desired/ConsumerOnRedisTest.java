package io.redisroles.operator.desired;

import io.redisroles.operator.Samples;
import io.redisroles.operator.plan.AclUser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What consumers may do, on a real redis-server. */
class ConsumerOnRedisTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it before any test.
    static Path directory;

    @SuppressWarnings("NullAway.Init") // Set before any test.
    static RenderedRedis redis;

    @BeforeAll
    static void start() {
        redis = RenderedRedis.start(Samples.plan("""
                        role: shared
                        consumers:
                        - {name: writer, keys: ["w:*", "common:*"], channels: ["news:*"]}
                        - {name: reader, access: ReadOnly, keys: ["common:*"]}
                        - {name: lister, keys: ["l:*"], commands: [+scan, +randomkey, "+client|list", -del]}
                        - {name: anywhere, keys: ["*", "w:*"], channels: ["*", "news:*"]}
                        - {name: legacy, keys: ["old:*"], passwordOnly: true}
                        """), directory);
        redis.run("_operator", "SET common:1 x");
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    @Test
    void aConsumerWorksWithinItsPatterns() {
        assertThat(redis.run("writer", "SET w:1 x")).isEqualTo("OK");
        assertThat(redis.run("writer", "GET common:1")).isEqualTo("x");
        assertThat(redis.run("writer", "PUBLISH news:1 hello")).isEqualTo("0");
        assertThat(redis.run("writer", "INFO server")).contains("redis_version");
        assertThat(redis.call("writer", "EVAL", "return redis.call('GET', KEYS[1])", "1", "w:1"))
                .isEqualTo("x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET other:1",
                "SET other:1 x",
                "MGET w:1 other:1",
                "RENAME w:1 other:1",
                "COPY w:1 other:1",
                "PUBLISH gossip hello",
                "SUBSCRIBE gossip",
                "PSUBSCRIBE *"
            })
    void nothingOutsideItsPatterns(String command) {
        assertThat(redis.run("writer", command)).startsWith("NOPERM");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SCAN 0",
                "RANDOMKEY",
                "KEYS *",
                "FLUSHALL",
                "FLUSHDB",
                "CONFIG GET *",
                "ACL LIST",
                "CLIENT LIST",
                "CLIENT KILL ID 1",
                "MONITOR",
                "SHUTDOWN",
                "SWAPDB 0 1",
                "REPLICAOF NO ONE",
                "SAVE",
                "MIGRATE host 1 w:1 0 10"
            })
    void nothingThatReachesBeyondItsKeys(String command) {
        assertThat(redis.run("writer", command)).startsWith("NOPERM");
    }

    @Test
    void listedCommandsAreGivenAndTaken() {
        assertThat(redis.run("lister", "SCAN 0")).doesNotStartWith("NOPERM");
        assertThat(redis.run("lister", "RANDOMKEY")).doesNotStartWith("NOPERM");
        assertThat(redis.run("lister", "CLIENT LIST")).contains("user=lister");
        assertThat(redis.run("lister", "CLIENT KILL ID 1")).startsWith("NOPERM");
        assertThat(redis.run("lister", "DEL l:1")).startsWith("NOPERM");
    }

    @Test
    void aReaderReads() {
        assertThat(redis.run("reader", "GET common:1")).isEqualTo("x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SET common:1 y", "DEL common:1", "EXPIRE common:1 1", "GETDEL common:1", "GET w:1"})
    void aReaderDoesNotWrite(String command) {
        assertThat(redis.run("reader", command)).startsWith("NOPERM");
    }

    @Test
    void aStarCoversTheOtherPatterns() {
        assertThat(redis.run("anywhere", "SET anything 1")).isEqualTo("OK");
        assertThat(redis.run("anywhere", "PUBLISH anything 1")).isEqualTo("0");
    }

    @Test
    void aPasswordAloneIsTheConsumerThatSaysSo() {
        // Given
        String password = redis.credentials().of("legacy").value();
        assertThat(redis.login(Optional.empty(), password, "PING"))
                .as("off until the data is loaded")
                .startsWith("WRONGPASS");

        // When
        List<String> command = new ArrayList<>(List.of("ACL", "SETUSER", "default"));
        LiveSettings.of(redis.plan(), redis.credentials()).users().stream()
                .filter(user -> user.name().equals(AclUser.DEFAULT))
                .forEach(user -> command.addAll(user.rules()));
        redis.call(AclUser.OPERATOR, command.toArray(String[]::new));

        // Then
        assertThat(redis.login(Optional.empty(), password, "ACL WHOAMI")).isEqualTo("default");
        assertThat(redis.login(Optional.empty(), password, "SET old:1 x")).isEqualTo("OK");
        assertThat(redis.login(Optional.of("default"), password, "GET old:1")).isEqualTo("x");
        assertThat(redis.run("legacy", "GET old:1")).isEqualTo("x");
        assertThat(redis.login(Optional.empty(), password, "GET w:1")).startsWith("NOPERM");
        assertThat(redis.login(Optional.empty(), password, "SCAN 0")).startsWith("NOPERM");
        assertThat(redis.login(Optional.empty(), "guess", "PING")).startsWith("WRONGPASS");
    }
}
