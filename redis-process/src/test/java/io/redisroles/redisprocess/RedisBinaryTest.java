package io.redisroles.redisprocess;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RedisBinaryTest {
    @TempDir
    Path directory;

    @Test
    void anInstalledOneIsTaken() throws IOException {
        // Given
        Path installed = script("echo 'Redis server v=7.2.4 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64'");

        // When
        RedisBinary found = RedisBinary.find("/nowhere:" + directory, directory.resolve("unpacked"));

        // Then
        assertThat(found).isEqualTo(new RedisBinary(installed, "7.2.4", RedisBinary.Origin.INSTALLED));
    }

    @Test
    void oneThatIsTooOldIsRefusedByName() throws IOException {
        // Given
        Path installed = script("echo 'Redis server v=6.2.14 sha=00000000:0'");

        // When, Then
        assertThatThrownBy(() -> RedisBinary.find(directory.toString(), directory.resolve("unpacked")))
                .isInstanceOf(RedisUnavailableException.class)
                .hasMessageStartingWith(installed + " is Redis 6.2.14 (needed: 7.0 or later). Install");
    }

    @Test
    void whatIsNotRedisIsRefused() throws IOException {
        // Given
        script("echo hello; echo there");

        // When, Then
        assertThatThrownBy(() -> RedisBinary.find(directory.toString(), directory.resolve("unpacked")))
                .hasMessageContaining("--version answered \"hello\"")
                .hasMessageNotContaining("\n");
    }

    @Test
    @EnabledOnOs(
            value = OS.LINUX,
            architectures = "amd64",
            disabledReason = "the embedded binary is tried on Linux x86_64")
    void withoutAnInstalledOneTheEmbeddedOneRuns() {
        // When
        RedisBinary found = RedisBinary.find("", directory.resolve("unpacked"));

        // Then
        assertThat(found.origin()).isEqualTo(RedisBinary.Origin.EMBEDDED);
        assertThat(RedisBinary.at(found.path()).version()).isEqualTo("7.0.9");
    }

    private Path script(String body) throws IOException {
        Path file = directory.resolve("redis-server");
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file;
    }
}
