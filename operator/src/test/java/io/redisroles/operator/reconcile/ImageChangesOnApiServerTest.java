package io.redisroles.operator.reconcile;

import io.lettuce.core.RedisClient;
import io.redisroles.apiserver.ApiServerTest;
import io.redisroles.apiserver.RealApiServer;
import io.redisroles.operator.status.ConditionType;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** An image that may not read the data is not run. */
@ApiServerTest
class ImageChangesOnApiServerTest {
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
    void aDowngradeIsRefusedUntilItIsAllowedAndTheRestOfTheSpecIsDone() {
        // Given
        ServedRole role = new ServedRole(cluster, redis, "gateway", "gateway").serve("  image: redis:99.1.0\n");
        String uid = role.pod().getMetadata().getUid();
        String older = "  image: redis:3.2.1\n";

        // When
        role.apply(older + "  config: {hz: '20'}\n");

        // Then
        role.awaitReason(ConditionType.CONFIG_APPLIED, "ImageRefused");
        await("the rest of the spec")
                .atMost(ServedRole.LIMIT)
                .until(() -> role.asOperator(
                        commands -> "20".equals(commands.configGet("hz").get("hz"))));
        assertThat(role.message(ConditionType.CONFIG_APPLIED))
                .startsWith("spec.image: redis:3.2.1 may not read what ")
                .endsWith("redisroles.io/allow-image=redis:3.2.1");
        await("the Event").atMost(ServedRole.LIMIT).until(() -> cluster.events().contains("gateway ImageRefused"));
        assertThat(role.pod().getMetadata().getUid()).isEqualTo(uid);
        assertThat(role.pod().getMetadata().getDeletionTimestamp()).isNull();
        assertThat(RolePod.image(role.pod())).isEqualTo("redis:99.1.0");
        assertThat(role.isReady()).isTrue();

        // When
        role.annotate("redisroles.io/allow-image", "redis:3.2.1");

        // Then
        await("the pod to be replaced").atMost(ServedRole.LIMIT).until(() -> role.pod() == null);
        cluster.node().stop("gateway");
        assertThat(RolePod.image(cluster.node().serve("gateway"))).isEqualTo("redis:3.2.1");
        role.awaitApplied();
    }

    @Test
    void aRefusedImageThatIsTakenBackLeavesNoTrace() {
        // Given
        ServedRole role = new ServedRole(cluster, redis, "gateway", "gateway").serve("  image: redis:7.4.2\n");
        String uid = role.pod().getMetadata().getUid();

        // When
        role.apply("  image: redis:3.2.1\n");
        role.awaitReason(ConditionType.CONFIG_APPLIED, "ImageRefused");
        role.apply("  image: redis:7.4.2\n");

        // Then
        role.awaitApplied();
        assertThat(role.pod().getMetadata().getUid()).isEqualTo(uid);
    }
}
