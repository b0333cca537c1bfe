package io.redisroles.operator.desired;

import io.redisroles.operator.Samples;
import io.redisroles.operator.plan.RedisDirectives;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.status.RedisExit;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A real redis-server, started by the command of its container, on an append-only file that is truly damaged. */
class AofDamageOnRedisTest {
    private static final RolePlan CACHE = Samples.plan("{role: gateway, consumers: [{name: app, keys: ['a:*']}]}");
    private static final RolePlan RECORDS = Samples.plan("{role: compliance, consumers: [{name: app, keys: ['a:*']}]}");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it before any test.
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"gateway", "compliance"})
    void aWholeFileIsLoadedWithoutAWord(String role) {
        // Given
        RolePlan plan = role.equals("gateway") ? CACHE : RECORDS;
        write(plan, "x");

        // Then
        try (RenderedRedis redis = RenderedRedis.start(plan, directory)) {
            assertThat(redis.run("app", "GET a:9")).isEqualTo("x");
            assertThat(redis.config(RedisDirectives.START_NOTE)).doesNotContain(RedisDirectives.TRUNCATED);
        }
    }

    @ParameterizedTest(name = "{0} loses a command of {1} bytes that was cut off")
    @CsvSource({"gateway, 10", "gateway, 100000", "compliance, 10", "compliance, 4000"})
    void aTailThatWasCutOffIsDroppedAndTold(String role, int size) {
        // Given
        RolePlan plan = role.equals("gateway") ? CACHE : RECORDS;
        write(plan, "x".repeat(size));
        cutOff(5);

        // Then
        try (RenderedRedis redis = RenderedRedis.start(plan, directory)) {
            assertThat(redis.run("app", "GET a:8")).hasSize(size);
            assertThat(redis.run("app", "EXISTS a:9")).isEqualTo("0");
            String note = redis.config(RedisDirectives.START_NOTE);
            assertThat(note).startsWith(RedisDirectives.TRUNCATED);
            assertThat(Integer.parseInt(note.substring(RedisDirectives.TRUNCATED.length())))
                    .isBetween(size, size + 50);
        }

        // Then the next start has nothing to tell
        try (RenderedRedis redis = RenderedRedis.start(plan, directory)) {
            assertThat(redis.config(RedisDirectives.START_NOTE)).doesNotContain(RedisDirectives.TRUNCATED);
        }
    }

    @Test
    void aRoleThatNeverEvictsStopsRatherThanDropALongTail() throws IOException {
        // Given
        write(RECORDS, "x".repeat(5000));
        cutOff(5);
        long size = Files.size(lastFile());

        // When
        RedisExit exit = RedisExit.of(RenderedRedis.lastWords(RECORDS, directory), "Error with code 1");

        // Then
        assertThat(exit.cause()).isEqualTo(RedisExit.Cause.AOF_UNREADABLE);
        assertThat(exit.words()).startsWith("Unexpected end of file reading the append only file appendonly.aof");
        assertThat(Files.size(lastFile())).as("nothing was dropped").isEqualTo(size);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gateway", "compliance"})
    void garbageAtTheEndStopsEveryRole(String role) throws IOException {
        // Given
        RolePlan plan = role.equals("gateway") ? CACHE : RECORDS;
        write(plan, "x");
        Files.write(lastFile(), "garbage\r\n".getBytes(StandardCharsets.US_ASCII), StandardOpenOption.APPEND);
        long size = Files.size(lastFile());

        // When
        RedisExit exit = RedisExit.of(RenderedRedis.lastWords(plan, directory), "Error with code 1");

        // Then
        assertThat(exit.cause()).isEqualTo(RedisExit.Cause.AOF_UNREADABLE);
        assertThat(exit.words()).startsWith("Bad file format reading the append only file appendonly.aof");
        assertThat(Files.size(lastFile())).isEqualTo(size);
    }

    @Test
    void aMissingFileStopsARole() throws IOException {
        // Given
        write(RECORDS, "x");
        Files.delete(lastFile());

        // When
        RedisExit exit = RedisExit.of(RenderedRedis.lastWords(RECORDS, directory), "Error with code 1");

        // Then
        assertThat(exit.cause()).isEqualTo(RedisExit.Cause.AOF_UNREADABLE);
    }

    @Test
    void anotherReasonIsNotTakenForDamage() {
        // When
        RedisExit exit = RedisExit.of(
                "1:M 01 Jan 2026 00:00:00.000 # Fatal: Can't open the log file", "OOMKilled with code 137");

        // Then
        assertThat(exit)
                .isEqualTo(new RedisExit(
                        RedisExit.Cause.OTHER, "OOMKilled with code 137: Fatal: Can't open the log file"));
    }

    private void write(RolePlan plan, String value) {
        RenderedRedis redis = RenderedRedis.start(plan, directory);
        try {
            for (int i = 0; i < 10; i++) {
                assertThat(redis.run("app", "SET a:" + i + " " + value)).isEqualTo("OK");
            }
            // Written by now, whatever the role's policy is.
            redis.run("_operator", "CONFIG SET appendfsync always");
        } finally {
            redis.kill();
        }
    }

    /** As a machine that lost power in the middle of a write leaves it. */
    private void cutOff(int bytes) {
        try (RandomAccessFile file = new RandomAccessFile(lastFile().toFile(), "rw")) {
            file.setLength(file.length() - bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path lastFile() {
        try (Stream<Path> files = Files.list(directory.resolve("appendonlydir"))) {
            return files.filter(file -> file.toString().endsWith(".incr.aof"))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
