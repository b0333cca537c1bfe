package io.redisroles.redisprocess;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ScratchRedisTest {
    @Test
    void itServesUntilClosedAndEndsItsProcess() {
        // Given
        ScratchRedis redis = ScratchRedis.start();
        ProcessHandle process = ProcessHandle.of(redis.pid()).orElseThrow();

        // When
        redis.close();

        // Then
        assertThat(process.isAlive()).isFalse();
    }

    @Test
    void aKilledOneComesBackOnTheSamePort() {
        try (ScratchRedis redis = ScratchRedis.start()) {
            // Given
            int port = redis.port();
            redis.kill();

            // When
            redis.restart();

            // Then
            assertThat(redis.port()).isEqualTo(port);
        }
    }
}
