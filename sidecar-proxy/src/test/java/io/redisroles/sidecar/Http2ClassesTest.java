package io.redisroles.sidecar;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** A sidecar whose clients never speak HTTP/2 does not pay for it: none of its classes is loaded. */
@Timeout(60)
class Http2ClassesTest {
    @Test
    void areNotLoadedForClientsOfHttp1() throws IOException, InterruptedException {
        // Given
        Path loaded = Files.createTempFile("classes-", ".log");
        Process run = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xlog:class+load:file=" + loaded,
                        "-Drepository.root=" + System.getProperty("repository.root", ""),
                        "-cp",
                        System.getProperty("java.class.path"),
                        OneRequest.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();

        // When
        assertThat(run.waitFor(50, TimeUnit.SECONDS)).isTrue();

        // Then
        assertThat(run.exitValue()).isZero();
        assertThat(Files.readString(loaded, StandardCharsets.UTF_8))
                .contains("io.netty.handler.codec.http.HttpObjectDecoder")
                .doesNotContain("io.netty.handler.codec.http2");
        Files.delete(loaded);
    }

    /** A proxy that answers one request of HTTP/1.1. */
    public static final class OneRequest {
        private OneRequest() {}

        public static void main(String[] arguments) {
            String answer;
            try (RunningProxy proxy = RunningProxy.start(Http2FrontTest.RULES)) {
                answer = proxy.get("/app/x");
            }
            System.exit(answer.startsWith("HTTP/1.1 200") ? 0 : 1); // after the close, which ends the Redis too
        }
    }
}
