package io.redisroles.cli.local;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.redisroles.cli.CliException;
import io.redisroles.operator.desired.RedisBinding;
import io.redisroles.operator.plan.AclUser;
import io.redisroles.operator.redis.RedisFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

@Timeout(120)
class LocalInstanceTest {
    private static final Ports PORTS = new Ports(11000);
    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final String ROLES = """
            apiVersion: redisroles.io/v1alpha1
            kind: RedisRole
            metadata: {name: records}
            spec:
              role: compliance
              memory: {maxMemory: 8Mi}
              consumers:
              - {name: writer, keys: ["record:*"]}
              - {name: legacy, keys: ["old:*"], passwordOnly: true}
            ---
            apiVersion: redisroles.io/v1alpha1
            kind: RedisRole
            metadata: {name: cache}
            spec:
              role: shared
              memory: {maxMemory: 16Mi}
              consumers: [{name: reader, keys: ["cache:*"]}]
            """;

    @TempDir
    Path folder;

    private final Noted noted = new Noted();

    @Test
    void everyRoleIsARealRedisAndNothingIsLeftBehind() throws IOException {
        // Given
        write(ROLES);

        // When
        try (LocalInstance instance = start(Optional.empty())) {
            untilReady(instance);

            // Then
            assertThat(instance.roles()).extracting(RoleView::name).containsExactly("records", "cache");
            assertThat(instance.role("records").facts().orElseThrow().config())
                    .containsEntry("maxmemory", "8388608")
                    .containsEntry("maxmemory-policy", "noeviction")
                    .containsEntry("appendfsync", "always");
            assertThat(Published.of(PORTS).binding("cache", Optional.of("reader")))
                    .containsEntry("REDIS_PORT", String.valueOf(6381 + 11000));
            assertThat(Published.of(PORTS).roles())
                    .extracting(role -> role.getMetadata().getName())
                    .contains("records");
            assertThat(Published.of(PORTS).roles())
                    .extracting(role -> Instant.parse(role.getMetadata().getCreationTimestamp()))
                    .allMatch(
                            created -> Duration.between(created, Instant.now()).compareTo(LIMIT) < 0);
        }
        assertThat(InstanceDirectory.of(PORTS).root()).doesNotExist();
    }

    @Test
    void aKilledRedisComesBackWithWhatItAcknowledgedTransactionsIncluded() throws IOException {
        // Given
        write(ROLES);
        try (LocalInstance instance = start(Optional.empty())) {
            untilReady(instance);
            String runId = runId(instance, "records");
            asConsumer(instance, "records", "writer", redis -> {
                redis.sync().multi();
                redis.sync().set("record:1", "a");
                redis.sync().set("record:2", "b");
                return redis.sync().exec().size();
            });

            // When
            instance.kill("records");
            until(
                    instance,
                    () -> instance.role("records").ready()
                            && !runId(instance, "records").equals(runId));

            // Then
            List<String> back = asConsumer(
                    instance,
                    "records",
                    "writer",
                    redis -> List.of(redis.sync().get("record:1"), redis.sync().get("record:2")));
            assertThat(back).containsExactly("a", "b");
            assertThat(Published.of(PORTS).binding("records", Optional.of("legacy")))
                    .containsEntry("REDIS_USERNAME", AclUser.DEFAULT);
            RedisBinding legacy = instance.login("records", "legacy");
            RedisBinding passwordOnly =
                    new RedisBinding(legacy.host(), legacy.port(), AclUser.DEFAULT, legacy.password());
            String written = use(passwordOnly, redis -> redis.sync().set("old:1", "x"));
            assertThat(written).isEqualTo("OK");
        }
    }

    @Test
    void aRestartedRedisIsReadyOnlyOnItsOwnWord() throws IOException {
        // Given
        write(ROLES);
        try (LocalInstance instance = start(Optional.empty())) {
            untilReady(instance);
            String runId = runId(instance, "records");

            // When
            instance.kill("records");
            until(instance, () -> instance.role("records").ready());

            // Then
            assertThat(runId(instance, "records")).as("whose canary was read").isNotEqualTo(runId);
        }
    }

    @Test
    void anEditIsFollowedAndABadOneChangesNothing() throws IOException {
        // Given
        write(ROLES);
        try (LocalInstance instance = start(Optional.empty())) {
            untilReady(instance);
            asConsumer(instance, "records", "writer", redis -> redis.sync().set("record:1", "kept"));

            // When
            write(ROLES.replace("maxMemory: 8Mi", "maxMemory: 12Mi"));
            until(instance, () -> maxMemory(instance, "records") == 12 * 1024 * 1024);

            // Then
            assertThat(record(instance)).isEqualTo("kept");

            // When
            write(ROLES.replace("role: shared", "role: socket"));
            until(instance, () -> noted.notes().stream().anyMatch(note -> note.contains("a role cannot be changed")));

            // Then
            assertThat(maxMemory(instance, "records")).isEqualTo(12 * 1024 * 1024);
            assertThat(instance.role("cache").plan().role().jsonName()).isEqualTo("shared");
        }
    }

    @Test
    void aRejectedEditIsAConditionOfThatRoleAloneAndHeals() throws IOException {
        // Given
        write(ROLES);
        try (LocalInstance instance = start(Optional.empty())) {
            untilReady(instance);

            // When
            write(ROLES.replace("maxMemory: 8Mi", "maxMemory: 8Mi, evictionPolicy: allkeys-lru"));
            until(instance, () -> noted.events().contains("RedisRole/records InvalidSpec"));

            // Then
            assertThat(instance.role("cache").ready()).isTrue();
            assertThat(instance.role("records").ready()).isFalse();

            // When
            write(ROLES);

            // Then
            until(instance, () -> instance.role("records").ready());
        }
    }

    @Test
    void keptDataAndPasswordsOutliveTheInstance() throws IOException {
        // Given
        write(ROLES);
        Optional<Path> data = Optional.of(folder.resolve("kept"));
        RedisBinding before;
        try (LocalInstance instance = start(data)) {
            untilReady(instance);
            before = instance.login("records", "writer");
            asConsumer(instance, "records", "writer", redis -> redis.sync().set("record:1", "kept"));
        }

        // When
        try (LocalInstance instance = start(data)) {
            untilReady(instance);

            // Then
            assertThat(instance.login("records", "writer")).isEqualTo(before);
            assertThat(record(instance)).isEqualTo("kept");
        }
    }

    @Test
    void aTickAfterTheEndStartsNothing() throws IOException {
        // Given
        write(ROLES);
        LocalInstance instance = start(Optional.empty());
        untilReady(instance);
        instance.close();

        // When
        instance.tick();
        instance.close();

        // Then
        assertThat(InstanceDirectory.of(PORTS).root()).doesNotExist();
        PORTS.requireFree(PORTS.of(6382), "the role that is gone");
    }

    @Test
    void aSecondInstanceWithTheSamePortsIsRefusedAndTheFirstGoesOn() throws IOException {
        // Given
        write(ROLES);
        try (LocalInstance instance = start(Optional.empty())) {
            untilReady(instance);

            // When, Then
            assertThatThrownBy(() -> start(Optional.empty()))
                    .isInstanceOf(CliException.class)
                    .hasMessageContaining("runs already");
            assertThat(InstanceDirectory.of(PORTS).root()).exists();
        }
    }

    private LocalInstance start(Optional<Path> data) {
        return LocalInstance.start(
                new LocalInstance.Settings(folder, PORTS, data, Optional.empty(), Optional.empty()),
                Clock.systemUTC(),
                noted);
    }

    private void write(String yaml) throws IOException {
        Path next = folder.resolve("roles.next");
        Files.writeString(next, yaml);
        Files.move(next, folder.resolve("roles.yaml"), StandardCopyOption.REPLACE_EXISTING);
    }

    private static void untilReady(LocalInstance instance) {
        until(instance, instance::isReady);
    }

    private static void until(LocalInstance instance, Callable<Boolean> condition) {
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(50)).until(() -> {
            instance.tick();
            return condition.call();
        });
    }

    private static String runId(LocalInstance instance, String role) {
        return instance.role(role).facts().map(RedisFacts::runId).orElse("");
    }

    private static long maxMemory(LocalInstance instance, String role) {
        return instance.role(role).facts().map(RedisFacts::maxMemory).orElse(0L);
    }

    private static String record(LocalInstance instance) {
        return asConsumer(instance, "records", "writer", redis -> redis.sync().get("record:1"));
    }

    private static <T> T asConsumer(
            LocalInstance instance,
            String role,
            String user,
            Function<StatefulRedisConnection<String, String>, T> use) {
        return use(instance.login(role, user), use);
    }

    private static <T> T use(RedisBinding binding, Function<StatefulRedisConnection<String, String>, T> use) {
        RedisClient client = RedisClient.create(RedisURI.builder()
                .withHost(binding.host())
                .withPort(binding.port())
                .withAuthentication(
                        binding.username(), binding.password().value().toCharArray())
                .build());
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            return use.apply(connection);
        } finally {
            client.shutdown();
        }
    }
}
