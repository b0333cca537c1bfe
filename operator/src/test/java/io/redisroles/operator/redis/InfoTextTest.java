package io.redisroles.operator.redis;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class InfoTextTest {
    @Test
    void factsAreReadFromTheAnswerToInfo() {
        // Given
        String info = String.join(
                "\r\n",
                "# Server",
                "redis_version:7.0.15",
                "run_id:abc",
                "executable:/usr/bin/redis-server:x",
                "# Memory",
                "used_memory:1048576",
                "maxmemory:268435456",
                "# Persistence",
                "aof_enabled:1",
                "aof_last_write_status:ok",
                "# Stats",
                "evicted_keys:3",
                "used_memory_dataset:5000",
                "aof_current_size:7000",
                "aof_rewrite_in_progress:0",
                "aof_rewrite_scheduled:1",
                "aof_last_cow_size:900",
                "rdb_last_cow_size:0",
                "# Keyspace",
                "db0:keys=10,expires=4,avg_ttl=0",
                "db1:keys=99,expires=99,avg_ttl=0");

        // When
        RedisFacts facts = InfoText.of(info).facts("revision", Map.of("maxmemory", "268435456"), UsageTrend.NONE);

        // Then
        assertThat(facts)
                .isEqualTo(new RedisFacts(
                        "7.0.15",
                        "abc",
                        1048576,
                        268435456,
                        3,
                        10,
                        4,
                        true,
                        true,
                        "revision",
                        Map.of("maxmemory", "268435456"),
                        new RedisLoad(5000, 7000, true, 900, Optional.empty())));
    }

    @Test
    void anEmptyKeyspaceAndAFailingFileAreSeen() {
        // When
        RedisFacts facts =
                InfoText.of("aof_enabled:1\r\naof_last_write_status:err\r\n").facts("", Map.of(), UsageTrend.NONE);

        // Then
        assertThat(facts.keys()).isZero();
        assertThat(facts.keysWithTtl()).isZero();
        assertThat(facts.aofWriteOk()).isFalse();
    }
}
