package io.redisroles.operator.reconcile;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.redisroles.apiserver.ApiServerTest;
import io.redisroles.apiserver.RealApiServer;
import io.redisroles.operator.status.ConditionType;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Passwords change when they are old, by the operator's clock. */
@ApiServerTest
class ScheduledRotationOnApiServerTest {
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
    void aMonthLaterThereIsAnotherPasswordAndTheFormerOneEndsAfterTheOverlap() {
        // Given
        ServedRole role =
                new ServedRole(cluster, redis, "gateway", "gateway").serve("  passwordRotation: {every: 30d}\n");
        RedisClientOf client = new RedisClientOf(cluster, "gateway");
        String first = client.password("redis-gateway.app", "password");
        String uid = role.pod().getMetadata().getUid();
        assertThat(role.message(ConditionType.ACL_APPLIED)).contains("; passwords change next at 20");

        // When the clock is moved, and anything wakes the operator
        cluster.moveClock(Duration.ofDays(30));
        role.annotate("example.com/wake", "one");

        // Then
        await("another password")
                .atMost(ServedRole.LIMIT)
                .until(() -> !client.password("redis-gateway.app", "password").equals(first));
        role.awaitApplied();
        String second = client.password("redis-gateway.app", "password");
        assertThat(logsIn(client, first) && logsIn(client, second)).isTrue();

        // When
        cluster.moveClock(Duration.ofMinutes(11));
        role.annotate("example.com/wake", "two");

        // Then
        await("the end of the former one").atMost(ServedRole.LIMIT).until(() -> !logsIn(client, first));
        assertThat(logsIn(client, second)).isTrue();
        assertThat(client.password("redis-gateway.app", "password")).isEqualTo(second);
        assertThat(role.pod().getMetadata().getUid()).isEqualTo(uid);
    }

    private boolean logsIn(RedisClientOf client, String password) {
        try (StatefulRedisConnection<String, String> connection = client.login(redis, "app", password)) {
            return connection.sync().ping().equals("PONG");
        } catch (RedisException e) {
            return false;
        }
    }
}
