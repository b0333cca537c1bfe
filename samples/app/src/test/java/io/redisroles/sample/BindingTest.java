package io.redisroles.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class BindingTest {
    @TempDir
    Path root;

    @Test
    void theOneOfTypeRedisIsRead() throws Exception {
        // Given
        binding("aaa", Map.of("type", "postgresql", "host", "elsewhere"));
        binding(
                "gateway",
                Map.of(
                        "type",
                        "redis\n",
                        "host",
                        "redis-gateway",
                        "port",
                        "6379",
                        "username",
                        "app",
                        "password",
                        "correct-horse\n"));
        Files.writeString(root.resolve("readme"), "not a binding");

        // When
        Binding found = Binding.find(root);

        // Then
        assertThat(found).isEqualTo(new Binding("redis-gateway", 6379, "app", new Secret("correct-horse")));
        assertThat(found.toString()).doesNotContain("correct-horse");
    }

    @Test
    void userAndPasswordMayBeAbsent() throws Exception {
        // Given
        binding("gateway", Map.of("type", "redis", "host", "localhost", "port", "6379"));

        // When
        Binding found = Binding.find(root);

        // Then
        assertThat(found).isEqualTo(new Binding("localhost", 6379, "", new Secret("")));
    }

    @Test
    void anUnsetRootIsSaid() {
        assertThatThrownBy(() -> Binding.root(Map.of()))
                .isInstanceOf(BindingException.class)
                .hasMessage("SERVICE_BINDING_ROOT is not set (expected: a directory with a binding of type redis)");
    }

    @Test
    void aRootThatIsNotThereIsSaid() {
        assertThatThrownBy(() -> Binding.find(root.resolve("nowhere")))
                .isInstanceOf(BindingException.class)
                .hasMessage(
                        "SERVICE_BINDING_ROOT=" + root.resolve("nowhere") + " cannot be read: No Such File Exception");
    }

    @Test
    void aRootWithoutRedisIsSaid() throws IOException {
        // Given
        binding("db", Map.of("type", "postgresql"));

        // When, Then
        assertThatThrownBy(() -> Binding.find(root))
                .isInstanceOf(BindingException.class)
                .hasMessageStartingWith("no binding of type redis in " + root + " (expected:");
    }

    @Test
    void aMissingHostIsSaid() throws IOException {
        // Given
        binding("gateway", Map.of("type", "redis", "port", "6379"));

        // When, Then
        assertThatThrownBy(() -> Binding.find(root))
                .hasMessage(root.resolve("gateway/host") + " is missing or empty (expected: the host of Redis)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "65536", "-1", "redis"})
    void aWrongPortIsSaid(String port) throws IOException {
        // Given
        binding("gateway", Map.of("type", "redis", "host", "localhost", "port", port));

        // When, Then
        assertThatThrownBy(() -> Binding.find(root))
                .hasMessage(root.resolve("gateway/port") + ": " + port + " (expected: 1 to 65535)");
    }

    private void binding(String name, Map<String, String> entries) throws IOException {
        Path directory = Files.createDirectories(root.resolve(name));
        for (Map.Entry<String, String> entry : entries.entrySet()) {
            Files.writeString(directory.resolve(entry.getKey()), entry.getValue());
        }
    }
}
