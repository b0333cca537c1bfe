package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimCondition;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimConditionBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.redisroles.apiserver.ApiServerTest;
import io.redisroles.apiserver.RealApiServer;
import io.redisroles.operator.status.ConditionType;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Before a volume is full, clients may no longer write; a real redis-server says so to them. */
@ApiServerTest
class VolumeGuardOnApiServerTest {
    private static final String SMALL = "  memory: {maxMemory: 32Mi}\n  persistence: {storage: {size: 16Mi}}\n";

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
    void writesAreTakenAwayAndGivenBackAfterGrowth() {
        // Given
        ServedRole role = new ServedRole(cluster, redis, "records", "compliance").serve(SMALL);
        volumeIs("16Mi");

        // When its data and its next rewrite need more than 90 %
        role.asApp(commands -> {
            for (int i = 0; i < 8; i++) {
                commands.set("a:" + i, "x".repeat(1 << 20));
            }
            return "";
        });

        // Then
        role.awaitReason(ConditionType.PERSISTENCE_HEALTHY, "VolumeNearFull");
        assertThat(role.message(ConditionType.PERSISTENCE_HEALTHY))
                .contains("of 16Mi of the volume", "clients may read and not write");
        await("writes to be refused")
                .atMost(ServedRole.LIMIT)
                .until(() -> set(role).startsWith("NOPERM"));
        assertThat(role.<Long>asApp(commands -> commands.strlen("a:1"))).isEqualTo(1 << 20);
        assertThat(role.<String>asOperator(commands -> commands.set("a:own", "x")))
                .isEqualTo("OK");
        role.awaitApplied();
        await("the Event").atMost(ServedRole.LIMIT).until(() -> cluster.events().contains("records VolumeNearFull"));

        // When an operator without a memory takes over
        cluster.restart();

        // Then
        role.awaitReason(ConditionType.PERSISTENCE_HEALTHY, "VolumeNearFull");
        assertThat(set(role)).startsWith("NOPERM");

        // When
        volumeIs("64Mi");

        // Then
        await("writes").atMost(ServedRole.LIMIT).until(() -> set(role).equals("OK"));
        role.awaitReason(ConditionType.PERSISTENCE_HEALTHY, "Healthy");
        role.awaitApplied();
    }

    @Test
    void aRoleWhoseRedisOutlivesAFullDiskIsOnlyWarned() {
        // Given
        ServedRole role = new ServedRole(cluster, redis, "cache", "shared")
                .serve("  memory: {maxMemory: 32Mi}\n  persistence: {storage: {size: 16Mi}}\n");
        volumeIs("16Mi");

        // When
        role.asApp(commands -> {
            for (int i = 0; i < 8; i++) {
                commands.set("a:" + i, "x".repeat(1 << 20));
            }
            return "";
        });

        // Then
        role.awaitReason(ConditionType.PERSISTENCE_HEALTHY, "VolumeNearFull");
        assertThat(role.message(ConditionType.PERSISTENCE_HEALTHY)).doesNotContain("not write");
        assertThat(set(role)).isEqualTo("OK");
    }

    @Test
    void whatTheVolumesDriverSaysOfGrowthIsSaid() {
        // Given a volume that is larger than what its driver has made by now
        ServedRole role = new ServedRole(cluster, redis, "gateway", "gateway").serve("");
        volumeIs("1Gi");

        // Then
        role.awaitReason(ConditionType.CONFIG_APPLIED, "VolumeResizing");
        assertThat(role.message(ConditionType.CONFIG_APPLIED))
                .isEqualTo("the volume has 1Gi of the 2Gi that were asked for: its driver has not begun");

        // When
        volumeIs("1Gi", "FileSystemResizePending", "waiting for a pod");
        await("the next step")
                .atMost(ServedRole.LIMIT)
                .until(() -> role.message(ConditionType.CONFIG_APPLIED).endsWith("grows the file system next"));
        volumeIs("1Gi", "ControllerResizeError", "no room in the pool");

        // Then
        role.awaitReason(ConditionType.CONFIG_APPLIED, "VolumeResizeFailed");
        assertThat(role.message(ConditionType.CONFIG_APPLIED)).contains("no room in the pool");
        await("the Event")
                .atMost(ServedRole.LIMIT)
                .until(() -> cluster.events().contains("gateway VolumeResizeFailed"));

        // When
        volumeIs("2Gi");

        // Then
        role.awaitApplied();
    }

    private static String set(ServedRole role) {
        try {
            return role.asApp(commands -> commands.set("a:late", "x"));
        } catch (RedisCommandExecutionException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** As the volume's driver says once it has grown it. */
    private void volumeIs(String size) {
        volumeIs(size, List.of());
    }

    private void volumeIs(String size, String condition, String message) {
        volumeIs(
                size,
                List.of(new PersistentVolumeClaimConditionBuilder()
                        .withType(condition)
                        .withStatus("True")
                        .withMessage(message)
                        .build()));
    }

    private void volumeIs(String size, List<PersistentVolumeClaimCondition> conditions) {
        for (PersistentVolumeClaim claim : cluster.client()
                .persistentVolumeClaims()
                .inNamespace(cluster.namespace())
                .list()
                .getItems()) {
            cluster.client()
                    .resource(new PersistentVolumeClaimBuilder(claim)
                            .withNewStatus()
                            .withPhase("Bound")
                            .withCapacity(Map.of("storage", new Quantity(size)))
                            .withConditions(conditions)
                            .endStatus()
                            .build())
                    .updateStatus();
        }
    }
}
