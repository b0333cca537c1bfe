package io.redisroles.operator.desired;

import io.redisroles.operator.GoldenCase;
import io.redisroles.operator.Samples;
import io.redisroles.operator.plan.RolePlan;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A real redis-server takes what is rendered, and says that it has the preset. */
class RenderedConfigTest {
    @ParameterizedTest
    @CsvSource({
        "gateway, 268435456, allkeys-lru, everysec, 67108864",
        "socket, 536870912, volatile-lru, everysec, 134217728",
        "shared, 536870912, allkeys-lru, everysec, 134217728",
        "compliance, 268435456, noeviction, always, 67108864",
        "crypto, 268435456, noeviction, always, 67108864"
    })
    void aPresetIsWhatTheServerSays(
            String role, String maxMemory, String policy, String fsync, String rewriteFloor, @TempDir Path directory) {
        // Given
        RolePlan plan = Samples.plan("{role: %s}".formatted(role));

        // When
        try (RenderedRedis redis = RenderedRedis.start(plan, directory)) {

            // Then
            assertThat(redis.config("maxmemory")).isEqualTo(maxMemory);
            assertThat(redis.config("maxmemory-policy")).isEqualTo(policy);
            assertThat(redis.config("maxmemory-clients")).isEqualTo("10%");
            assertThat(redis.config("appendonly")).isEqualTo("yes");
            assertThat(redis.config("appendfsync")).isEqualTo(fsync);
            assertThat(redis.config("no-appendfsync-on-rewrite")).isEqualTo("no");
            assertThat(redis.config("auto-aof-rewrite-percentage")).isEqualTo("100");
            assertThat(redis.config("auto-aof-rewrite-min-size")).isEqualTo(rewriteFloor);
            assertThat(redis.config("save")).isEmpty();
            assertThat(redis.config("client-output-buffer-limit")).contains("pubsub 8388608 2097152 60");
        }
    }

    @ParameterizedTest
    @MethodSource("io.redisroles.operator.GoldenCase#all")
    void everyGoldenRoleStarts(GoldenCase golden, @TempDir Path directory) {
        RolePlan plan = golden.rolePlans().get(0);
        try (RenderedRedis redis = RenderedRedis.start(plan, directory)) {
            assertThat(redis.run("_operator", "PING")).isEqualTo("PONG");
        }
    }

    @Test
    void overridesAreWhatTheServerSays(@TempDir Path directory) {
        // Given
        RolePlan plan = GoldenCase.named("everything-overridden").rolePlans().get(0);

        // When
        try (RenderedRedis redis = RenderedRedis.start(plan, directory)) {

            // Then
            assertThat(redis.config("maxmemory")).isEqualTo("1073741824");
            assertThat(redis.config("maxmemory-policy")).isEqualTo("volatile-ttl");
            assertThat(redis.config("maxmemory-clients")).isEqualTo("67108864");
            assertThat(redis.config("appendfsync")).isEqualTo("always");
            assertThat(redis.config("slowlog-log-slower-than")).isEqualTo("5000");
            assertThat(redis.config("notify-keyspace-events")).isEqualTo("xE");
            assertThat(redis.config("client-output-buffer-limit")).contains("pubsub 33554432 8388608 60");
        }
    }
}
