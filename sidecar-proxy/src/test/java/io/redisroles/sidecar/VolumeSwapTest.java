package io.redisroles.sidecar;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.awaitility.Awaitility.await;

/** The configuration in a volume as the kubelet keeps it: files are links into {@code ..data}, which is a link that is swapped. */
@Timeout(120)
class VolumeSwapTest {
    private static final String RULES =
            "- {name: app, paths: [\"/app/**\"], methods: [], session: None, onSessionStoreFailure: Deny, limits: []}\n";
    private static final int SWAPS = 5;

    @TempDir
    Path volume;

    @Test
    void everySwapIsSeenWhole() throws IOException {
        Path file = volume.resolve("sidecar.yaml");
        try (RunningProxy proxy = RunningProxy.start(Map.of("REDISROLES_CONFIG", file.toString()), RULES)) {
            // Given
            String first = proxy.config();
            swap("..0", first);
            Files.createSymbolicLink(file, Path.of("..data", "sidecar.yaml"));
            await().until(() -> proxy.metrics().contains("redisroles_config_valid 1.0"));

            for (int i = 1; i <= SWAPS; i++) {
                // When
                String revision = "revision: " + (i + 1);
                swap(".." + i, first.replace("revision: 1", revision));
                delete(".." + (i - 1));

                // Then
                await().until(() -> RawClient.untilClose(
                                proxy.server.admin(), RawClient.head("GET /config HTTP/1.1", "Host: 127.0.0.1"))
                        .contains(revision));
                proxy.awaitMetrics("redisroles_config_valid 1.0");
            }
        }
    }

    private void swap(String folder, String text) throws IOException {
        Files.createDirectory(volume.resolve(folder));
        Files.writeString(volume.resolve(folder).resolve("sidecar.yaml"), text);
        Path link = Files.createSymbolicLink(volume.resolve("..data_tmp"), Path.of(folder));
        Files.move(link, volume.resolve("..data"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void delete(String folder) throws IOException {
        Files.delete(volume.resolve(folder).resolve("sidecar.yaml"));
        Files.delete(volume.resolve(folder));
    }
}
