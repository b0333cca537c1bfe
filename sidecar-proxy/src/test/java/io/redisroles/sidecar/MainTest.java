package io.redisroles.sidecar;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** The process as whoever starts it sees it. */
@Timeout(60)
class MainTest {
    private static final String RULES = """
            - name: open
              paths: ["/**"]
              methods: []
              session: None
              onSessionStoreFailure: Deny
              limits: []
            """;

    @Test
    void aProductionWithoutAStoreEndsWithOneLineAndTwo() throws IOException, InterruptedException {
        try (RunningProxy proxy = RunningProxy.start(RULES)) {
            ProcessBuilder builder = new ProcessBuilder(List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-Xmx64m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Main.class.getName()))
                    .redirectErrorStream(true);
            builder.environment().put("REDISROLES_CONFIG", proxy.configFile().toString());
            builder.environment().put("REDISROLES_ENV", "production");
            builder.environment().put("SESSION_STORAGE_TYPE", "inmemory");

            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(process.waitFor()).isEqualTo(2);
            assertThat(output)
                    .startsWith("sidecar-proxy: SESSION_STORAGE_TYPE=inmemory needs REDISROLES_ENV=development")
                    .hasLineCount(1);
        }
    }
}
