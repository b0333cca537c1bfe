package io.redisroles.sidecar.redis;

import io.lettuce.core.api.StatefulRedisConnection;
import io.netty.channel.Channel;

/**
 * An open, authenticated connection.
 *
 * @param connection Lettuce's view of it; speaks RESP3, so a listener added to it gets Redis' pushes
 * @param channel its bytes; a list of commands written to it leaves in one piece
 */
record RedisLink(StatefulRedisConnection<byte[], byte[]> connection, Channel channel) {
    void close() {
        var unused = connection.closeAsync();
        var ignored = channel.close(); // Lettuce keeps a channel open that it believes not to be active yet
    }
}
