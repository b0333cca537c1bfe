package io.redisroles.cli.local;

import io.redisroles.redisprocess.ScratchRedis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class LeftoversTest {
    @TempDir
    Path folder;

    @Test
    void whatAKilledInstanceLeftRunningIsEnded() {
        // Given
        InstanceDirectory directory = new InstanceDirectory(folder);
        try (ScratchRedis redis = ScratchRedis.start()) {
            ProcessHandle process = ProcessHandle.of(redis.pid()).orElseThrow();
            new Leftovers(directory).remember(List.of(redis.pid()));

            // When
            new Leftovers(directory).end();

            // Then
            assertThat(InstanceDirectory.isRunning(process)).isFalse();
        }
    }

    @Test
    void anotherProcessThatGotTheSameIdIsLeftAlone() throws IOException {
        // Given
        InstanceDirectory directory = new InstanceDirectory(folder);
        try (ScratchRedis redis = ScratchRedis.start()) {
            Files.writeString(folder.resolve("processes"), redis.pid() + " 2001-01-01T00:00:00Z");

            // When
            new Leftovers(directory).end();

            // Then
            assertThat(ProcessHandle.of(redis.pid()).orElseThrow().isAlive()).isTrue();
        }
    }
}
