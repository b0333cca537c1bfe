package io.redisroles.cli.demo;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import io.redisroles.operator.desired.RedisBinding;
import java.time.Duration;

/** One connection to a role's Redis, as one of its users. One thread. */
final class RedisLink implements AutoCloseable {
    private final RedisClient client;
    private final StatefulRedisConnection<String, String> connection;

    private RedisLink(RedisClient client) {
        this.client = client;
        this.connection = client.connect();
    }

    static RedisLink open(RedisBinding binding) {
        RedisClient client = RedisClient.create(RedisURI.builder()
                .withHost(binding.host())
                .withPort(binding.port())
                .withAuthentication(
                        binding.username(), binding.password().value().toCharArray())
                .withTimeout(Duration.ofSeconds(30))
                .build());
        client.setOptions(ClientOptions.builder().autoReconnect(false).build());
        return new RedisLink(client);
    }

    RedisCommands<String, String> redis() {
        return connection.sync();
    }

    RedisAsyncCommands<String, String> async() {
        return connection.async();
    }

    @Override
    public void close() {
        connection.close();
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
}
