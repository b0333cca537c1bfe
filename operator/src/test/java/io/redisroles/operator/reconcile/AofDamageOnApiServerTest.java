package io.redisroles.operator.reconcile;

import io.lettuce.core.RedisClient;
import io.redisroles.apiserver.ApiServerTest;
import io.redisroles.apiserver.RealApiServer;
import io.redisroles.operator.status.ConditionType;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What is said of a role whose append-only file is damaged. */
@ApiServerTest
class AofDamageOnApiServerTest {
    private OperatorOnApiServer cluster;
    private final RedisClient redis = RedisClient.create();

    @BeforeEach
    void start(RealApiServer server, @TempDir Path directory) {
        cluster = new OperatorOnApiServer(server, directory);
    }

    @AfterEach
    void stop() {
        redis.shutdown();
        cluster.close();
    }

    @Test
    void aRoleThatNeverEvictsStopsAndSaysHowToRestoreAndServesOnceItIsRepaired() throws IOException {
        // Given
        ServedRole role = new ServedRole(cluster, redis, "records", "compliance").serve("");
        role.asApp(commands -> commands.set("a:1", "kept"));
        long whole = Files.size(lastFile("records"));
        role.asApp(commands -> commands.set("a:2", "x".repeat(10_000)));
        cluster.node().crash("records");
        cutOff(lastFile("records"), values(lastFile("records")) + 5000);

        // When
        cluster.node().revive("records");
        cluster.node().reportExit("records");

        // Then
        role.awaitReason(ConditionType.PERSISTENCE_HEALTHY, "AofCorrupt");
        role.awaitReason(ConditionType.READY, "Crashing");
        assertThat(role.message(ConditionType.PERSISTENCE_HEALTHY))
                .contains("docs/operations.md", "Unexpected end of file reading the append only file");
        await("the Event").atMost(ServedRole.LIMIT).until(() -> cluster.events().contains("records AofCorrupt"));

        // When it is repaired
        cutOff(lastFile("records"), whole);
        cluster.node().revive("records");
        cluster.node().report("records", true);

        // Then
        role.awaitApplied();
        role.awaitReason(ConditionType.PERSISTENCE_HEALTHY, "Healthy");
        assertThat(role.<String>asApp(commands -> commands.get("a:1"))).isEqualTo("kept");
    }

    @Test
    void aCacheDropsWhatWasCutOffAndSaysSo() throws IOException {
        // Given
        ServedRole role =
                new ServedRole(cluster, redis, "gateway", "gateway").serve("  persistence: {fsync: Always}\n");
        role.asApp(commands -> commands.set("a:1", "kept"));
        role.asApp(commands -> commands.set("a:2", "x".repeat(10_000)));
        cluster.node().crash("gateway");
        cutOff(lastFile("gateway"), values(lastFile("gateway")) + 5000);

        // When
        cluster.node().revive("gateway");

        // Then
        role.awaitReason(ConditionType.PERSISTENCE_HEALTHY, "AofTruncated");
        assertThat(role.message(ConditionType.PERSISTENCE_HEALTHY)).contains("its last 50", "bytes");
        await("the Event").atMost(ServedRole.LIMIT).until(() -> cluster.events().contains("gateway AofTruncated"));
        role.awaitApplied();
        assertThat(role.<String>asApp(commands -> commands.get("a:1"))).isEqualTo("kept");
    }

    private static void cutOff(Path path, long size) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(size);
        }
    }

    /** Where the long value begins; what the operator writes every few seconds may follow it. */
    private static long values(Path path) throws IOException {
        return Files.readString(path, StandardCharsets.ISO_8859_1).indexOf("x".repeat(100));
    }

    private Path lastFile(String role) throws IOException {
        try (Stream<Path> files = Files.list(cluster.node().volume(role).resolve("appendonlydir"))) {
            return files.filter(file -> file.toString().endsWith(".incr.aof"))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
