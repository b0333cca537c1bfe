package io.redisroles.sidecar;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The conformance suite for HTTP/2, github.com/summerwind/h2spec, against the whole proxy: with {@code -Dh2spec=FILE}, an
 * executable of that name on the PATH, or built by the Go on the PATH.
 */
@Timeout(600)
class H2specTest {
    private static final String MODULE = "github.com/summerwind/h2spec/cmd/h2spec@v2.2.1+incompatible";

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it before any test.
    Path folder;

    @Test
    void everyTestOfTheSuitePasses() throws IOException, InterruptedException {
        // Given
        Optional<Path> tool = tool();
        assumeTrue(
                tool.isPresent(),
                "h2spec is neither named by -Dh2spec nor on the PATH, and no Go there can build " + MODULE);
        Path report = folder.resolve("report");
        try (Http2App app = new Http2App(100);
                RunningProxy proxy = RunningProxy.before(app.port(), Http2FrontTest.RULES)) {
            // When
            Process run = new ProcessBuilder(
                            tool.get().toString(),
                            "--host",
                            "127.0.0.1",
                            "--port",
                            Integer.toString(proxy.address().getPort()),
                            "--path",
                            "/app/x",
                            "--timeout",
                            "10")
                    .redirectErrorStream(true)
                    .redirectOutput(report.toFile())
                    .start();
            assertThat(run.waitFor(100, TimeUnit.SECONDS)).as("it ends").isTrue();

            // Then
            assertThat(Files.readString(report, StandardCharsets.UTF_8))
                    .containsPattern("[1-9][0-9]+ tests, .* 0 failed");
            assertThat(run.exitValue()).isZero();
        }
    }

    private Optional<Path> tool() throws IOException, InterruptedException {
        String named = System.getProperty("h2spec", "");
        if (!named.isEmpty()) {
            return Optional.of(Path.of(named));
        }
        Optional<Path> installed = onPath("h2spec");
        return installed.isPresent() ? installed : built();
    }

    private Optional<Path> built() throws IOException, InterruptedException {
        Optional<Path> go = onPath("go");
        if (go.isEmpty()) {
            return Optional.empty();
        }
        ProcessBuilder install = new ProcessBuilder(go.get().toString(), "install", MODULE)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("go.log").toFile());
        install.environment().put("GOBIN", folder.toString());
        Process run = install.start();
        if (!run.waitFor(400, TimeUnit.SECONDS)) {
            run.destroyForcibly();
        }
        return Optional.of(folder.resolve("h2spec")).filter(Files::isExecutable);
    }

    private static Optional<Path> onPath(String program) {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Stream.of(path.split(":", -1))
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
