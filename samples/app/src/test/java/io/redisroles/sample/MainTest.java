package io.redisroles.sample;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The app as a process of its own, small as it is in a pod, with a Redis that is not there. */
@Timeout(60)
class MainTest {
    @TempDir
    Path bindings;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void end() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void itServesWithoutRedisAndEndsCleanlyWhenAsked() throws Exception {
        // Given
        bind();
        Process app = run("--port", "0");
        String line = firstLine(app.inputReader(StandardCharsets.UTF_8));
        assertThat(line).matches("listening on http://127\\.0\\.0\\.1:[0-9]+");
        URI health = URI.create(line.substring("listening on ".length()) + "/healthz");
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(health).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);

        // When
        app.destroy();

        // Then
        assertThat(app.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(app.exitValue()).isZero();
    }

    @Test
    void aTakenPortIsOneLineAndExitCode2() throws Exception {
        // Given
        bind();
        try (ServerSocket taken = new ServerSocket(0)) {
            // When
            Process app = run("--port", String.valueOf(taken.getLocalPort()));

            // Then
            assertThat(app.waitFor()).isEqualTo(2);
            assertThat(app.errorReader(StandardCharsets.UTF_8).lines())
                    .containsExactly("sample-app: cannot listen on 127.0.0.1:" + taken.getLocalPort()
                            + ": Address already in use");
        }
    }

    @Test
    void noBindingIsOneLineAndExitCode2() throws Exception {
        // When
        Process app = run();

        // Then
        assertThat(app.waitFor()).isEqualTo(2);
        assertThat(app.errorReader(StandardCharsets.UTF_8).lines())
                .singleElement()
                .asString()
                .startsWith("sample-app: no binding of type redis in " + bindings);
    }

    private void bind() throws IOException {
        Path binding = Files.createDirectories(bindings.resolve("gateway"));
        Files.writeString(binding.resolve("type"), "redis");
        Files.writeString(binding.resolve("host"), "127.0.0.1");
        Files.writeString(binding.resolve("port"), "1");
    }

    private Process run(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx32m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put(Binding.ROOT_VARIABLE, bindings.toString());
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private static String firstLine(BufferedReader output) throws IOException {
        return String.valueOf(output.readLine());
    }
}
