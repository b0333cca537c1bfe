package io.redisroles.sidecar.redis;

import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisReactiveCommandsImpl;
import io.lettuce.core.RedisURI;
import io.lettuce.core.StatefulRedisConnectionImpl;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.protocol.PushHandler;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;

/**
 * Lettuce without its blocking and reactive command sets, which it makes for each connection and which nobody here asks for:
 * commands are dispatched as they are. That spares some 400 classes, a few MiB in every pod.
 */
final class DispatchOnlyClient extends RedisClient {
    DispatchOnlyClient(ClientResources resources) {
        super(resources, new RedisURI());
    }

    @Override
    protected <K, V> StatefulRedisConnectionImpl<K, V> newStatefulRedisConnection(
            RedisChannelWriter writer, PushHandler pushes, RedisCodec<K, V> codec, Duration timeout) {
        return new DispatchOnlyConnection<>(writer, pushes, codec, timeout);
    }

    private static final class DispatchOnlyConnection<K, V> extends StatefulRedisConnectionImpl<K, V> {
        private DispatchOnlyConnection(
                RedisChannelWriter writer, PushHandler pushes, RedisCodec<K, V> codec, Duration timeout) {
            super(writer, pushes, codec, timeout);
        }

        @Override
        @SuppressWarnings("NullAway") // asked for by no one
        protected RedisCommands<K, V> newRedisSyncCommandsImpl() {
            return null;
        }

        @Override
        @SuppressWarnings("NullAway") // asked for by no one
        protected RedisReactiveCommandsImpl<K, V> newRedisReactiveCommandsImpl() {
            return null;
        }
    }
}
