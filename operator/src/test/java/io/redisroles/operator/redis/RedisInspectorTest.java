package io.redisroles.operator.redis;

import io.redisroles.operator.Samples;
import io.redisroles.operator.desired.LiveSettings;
import io.redisroles.operator.desired.Password;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.redisprocess.ScratchRedis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What is said of servers as they are; what is changed is in {@link LiveChangesTest}. */
class RedisInspectorTest {
    private static final String REVISION = "ab".repeat(32);
    private static final RolePlan PLAN = Samples.plan("{role: compliance}");
    private static final LiveSettings WISHED = LiveSettings.of(PLAN, Samples.credentials(PLAN));

    private final RedisInspector inspector = new RedisInspector();

    @TempDir
    private Path directory;

    @AfterEach
    void close() {
        inspector.close();
    }

    @Test
    void aHealthyServerSaysWhatItIsAndServesTheCanary() {
        // Given
        try (ScratchRedis redis =
                start("--maxmemory", "64mb", "--maxmemory-policy", "noeviction", "--appendonly", "yes")) {
            // When
            Observation observation = ask(redis, "secret");

            // Then
            assertThat(observation).isInstanceOf(Observation.Answered.class);
            RedisFacts facts = observation.facts().orElseThrow();
            assertThat(facts.version()).startsWith("7.");
            assertThat(facts.maxMemory()).isEqualTo(64L * 1024 * 1024);
            assertThat(facts.config()).containsEntry("maxmemory-policy", "noeviction");
            assertThat(facts.aofEnabled()).isTrue();
            assertThat(facts.aclRevision()).isEqualTo(REVISION);
            assertThat(((Observation.Answered) observation).canary().outcome())
                    .isEqualTo(Observation.Canary.Outcome.SERVED);
        }
    }

    @Test
    void aFullServerThatKeepsItsRecordsIsFullAndNotFailed() {
        // Given less memory than an empty server uses
        try (ScratchRedis redis = start("--maxmemory", "100kb", "--maxmemory-policy", "noeviction")) {
            // When
            Observation observation = ask(redis, "secret");

            // Then
            assertThat(observation)
                    .isInstanceOfSatisfying(
                            Observation.Answered.class,
                            answered ->
                                    assertThat(answered.canary().outcome()).isEqualTo(Observation.Canary.Outcome.FULL));
        }
    }

    @Test
    void aServerThatTakesNoneOfThePasswordsIsToldWithoutThem() {
        // Given
        try (ScratchRedis redis = start()) {
            // When
            Observation observation = ask(redis, "not-the-secret", "nor-this");

            // Then
            assertThat(observation).isInstanceOf(Observation.LockedOut.class);
            assertThat(observation.describe())
                    .contains("WRONGPASS")
                    .doesNotContain("not-the-secret")
                    .doesNotContain("nor-this");
        }
    }

    @Test
    void anOlderPasswordGetsInWhereTheNewerDoesNot() {
        // Given
        try (ScratchRedis redis = start()) {
            // When
            Observation observation = ask(redis, "not-loaded-yet", "secret");

            // Then
            assertThat(observation).isInstanceOf(Observation.Answered.class);
        }
    }

    @Test
    void aFrozenServerIsGivenUpInBoundedTime() {
        // Given
        try (ScratchRedis redis = start()) {
            redis.freeze();

            // When
            Observation observation = ask(redis, "secret");

            // Then
            assertThat(observation).isInstanceOf(Observation.Unreachable.class);
        }
    }

    @Test
    void nobodyListeningIsUnreachable() throws IOException {
        // Given
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }

        // When
        Observation observation = ask("127.0.0.1", port, "secret");

        // Then
        assertThat(observation.describe()).contains("Connection refused");
    }

    private ScratchRedis start(String... directives) {
        try {
            Path users = Files.writeString(
                    directory.resolve("users.acl"),
                    "user default off -@all\nuser _operator on >secret ~* &* +@all\nuser _revision off #" + REVISION
                            + " -@all\n",
                    StandardCharsets.UTF_8);
            String[] all = new String[directives.length + 2];
            System.arraycopy(directives, 0, all, 0, directives.length);
            all[directives.length] = "--aclfile";
            all[directives.length + 1] = users.toString();
            return ScratchRedis.start(all);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Observation ask(ScratchRedis redis, String... passwords) {
        return ask(redis.host(), redis.port(), passwords);
    }

    private Observation ask(String host, int port, String... passwords) {
        List<Password> known = Stream.of(passwords).map(Password::new).toList();
        return inspector
                .inspect(new RedisInspector.Question(new RedisLogin(host, port, "_operator", known), WISHED, false))
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }
}
