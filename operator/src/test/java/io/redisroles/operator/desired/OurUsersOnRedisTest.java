package io.redisroles.operator.desired;

import io.redisroles.operator.Samples;
import io.redisroles.operator.plan.AclUser;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The users that every role has, on a real redis-server. */
class OurUsersOnRedisTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it before any test.
    static Path directory;

    @SuppressWarnings("NullAway.Init") // Set before any test.
    static RenderedRedis redis;

    @BeforeAll
    static void start() {
        redis = RenderedRedis.start(
                Samples.plan("{role: gateway, consumers: [{name: app, keys: ['app:*']}]}"), directory);
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    @Test
    void nobodyGetsInWithoutLoggingIn() {
        assertThat(redis.login(Optional.empty(), "guess", "PING")).startsWith("WRONGPASS");
        assertThat(redis.login(Optional.of("default"), "", "PING")).startsWith("WRONGPASS");
    }

    @Test
    void theOperatorMayDoEverything() {
        assertThat(redis.run("_operator", "SET _redisroles:canary 1 EX 60")).isEqualTo("OK");
        assertThat(redis.run("_operator", "GET _redisroles:canary")).isEqualTo("1");
        assertThat(redis.run("_operator", "CONFIG SET hz 20")).isEqualTo("OK");
        assertThat(redis.run("_operator", "ACL WHOAMI")).isEqualTo("_operator");
    }

    @Test
    void theProbeNeedsNoSecretToPing() {
        assertThat(redis.login(Optional.of("_probe"), "any", "PING")).isEqualTo("PONG");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET app:1",
                "SET app:1 x",
                "INFO",
                "KEYS *",
                "SCAN 0",
                "DBSIZE",
                "CONFIG GET *",
                "ACL LIST",
                "CLIENT LIST",
                "SELECT 1",
                "SUBSCRIBE room",
                "SHUTDOWN",
                "ECHO x"
            })
    void theProbeMayDoNothingButPing(String command) {
        assertThat(redis.login(Optional.of("_probe"), "any", command)).startsWith("NOPERM");
    }

    @Test
    void theRevisionCannotLogInAndProvesWhatIsLoaded() {
        // Given
        String revision = AclFile.revision(redis.plan(), redis.credentials());

        // Then
        assertThat(redis.run("_operator", "ACL GETUSER " + AclUser.REVISION)).contains("off", revision);
        assertThat(redis.login(Optional.of(AclUser.REVISION), revision, "PING")).startsWith("WRONGPASS");
    }
}
