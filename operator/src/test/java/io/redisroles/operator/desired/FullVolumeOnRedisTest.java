package io.redisroles.operator.desired;

import io.lettuce.core.RedisException;
import io.redisroles.operator.Samples;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.status.RedisExit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** A volume that is truly full, and then grows. It needs the right to mount. */
class FullVolumeOnRedisTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String VALUE = "x".repeat(50_000);
    private static final String SPEC = "consumers: [{name: app, keys: ['a:*']}], memory: {maxMemory: 64Mi}";

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it before any test.
    Path directory;

    @SuppressWarnings("NullAway.Init") // Set before any test.
    private Path volume;

    @BeforeEach
    void mount() throws IOException {
        volume = Files.createDirectory(directory.resolve("volume"));
        boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", volume.toString());
        if (!mounted) {
            System.err.println("FullVolumeOnRedisTest: skipped, because this user may not mount a tmpfs");
        }
        assumeTrue(mounted, "this user may not mount a tmpfs");
    }

    @AfterEach
    void unmount() {
        run("umount", volume.toString());
    }

    @Test
    void underEverySecondRedisStaysUpRefusesWritesAndHealsByItself() {
        // Given
        RolePlan plan = Samples.plan("{role: shared, " + SPEC + "}");
        try (RenderedRedis redis = RenderedRedis.start(plan, directory, volume)) {

            // When
            int written = fill(redis);

            // Then it is out of service by its readiness, and not restarted by its liveness
            assertThat(written).isGreaterThan(40);
            await("MISCONF")
                    .atMost(LIMIT)
                    .until(() -> redis.run("app", "SET a:late x").startsWith("MISCONF"));
            String pong = redis.run("_operator", "PING");
            assertThat(ProbeQuestion.READINESS.accepts(pong)).as(pong).isFalse();
            assertThat(ProbeQuestion.LIVENESS.accepts(pong)).as(pong).isTrue();
            assertThat(redis.run("app", "STRLEN a:1")).isEqualTo(String.valueOf(VALUE.length()));

            // When the volume grows
            assertThat(run("mount", "-o", "remount,size=64m", volume.toString()))
                    .isTrue();

            // Then
            await("writes")
                    .atMost(LIMIT)
                    .until(() -> redis.run("app", "SET a:late x").equals("OK"));
            assertThat(redis.run("_operator", "PING")).isEqualTo("PONG");
            assertThat(redis.run("app", "EXISTS a:" + written)).isEqualTo("1");
        }
    }

    @Test
    void underAlwaysRedisEndsRatherThanLoseAnAcknowledgedWrite() {
        // Given
        RolePlan plan = Samples.plan("{role: compliance, " + SPEC + "}");
        int written;
        try (RenderedRedis redis = RenderedRedis.start(plan, directory, volume)) {

            // When
            written = fill(redis);

            // Then
            await("the end").atMost(LIMIT).until(() -> !redis.isAlive());
            RedisExit exit = RedisExit.of(redis.log(), "Error with code 1");
            assertThat(exit.cause()).as(redis.log()).isEqualTo(RedisExit.Cause.AOF_UNWRITABLE);
        }
        assertThat(written).isGreaterThan(40);

        // When the volume grows
        assertThat(run("mount", "-o", "remount,size=64m", volume.toString())).isTrue();

        // Then
        try (RenderedRedis redis = RenderedRedis.start(plan, directory, volume)) {
            await("loaded")
                    .atMost(LIMIT)
                    .until(() -> redis.run("_operator", "PING").equals("PONG"));
            for (int i = 1; i <= written; i++) {
                assertThat(redis.run("app", "STRLEN a:" + i))
                        .as("record " + i)
                        .isEqualTo(String.valueOf(VALUE.length()));
            }
            assertThat(redis.run("app", "SET a:late x")).isEqualTo("OK");
        }
    }

    /** Writes until it is refused; returns how many writes were acknowledged. */
    private static int fill(RenderedRedis redis) {
        for (int i = 1; i < 1000; i++) {
            try {
                if (!redis.run("app", "SET a:" + i + " " + VALUE).equals("OK")) {
                    return i - 1;
                }
            } catch (RedisException e) {
                return i - 1;
            }
        }
        throw new AssertionError("the volume did not become full");
    }

    private static boolean run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getInputStream().readAllBytes();
            return process.waitFor() == 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
