package io.redisroles.sidecar.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.EventLoopGroupProvider;
import io.netty.channel.EventLoopGroup;
import io.netty.resolver.DefaultAddressResolverGroup;
import io.netty.util.HashedWheelTimer;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * What all connections to Redis share: the proxy's event loops for the bytes, one background thread for what may block
 * (names, password files). Lettuce gets no threads of its own: its timer is never started, because time-outs and
 * reconnecting are ours.
 */
public final class RedisRuntime implements AutoCloseable {
    /** Commands of one connection that wait for their reply; more are refused at once. */
    private static final int MAX_WAITING = 8192;

    private final EventLoopGroup loops;
    private final EventExecutorGroup background;
    private final ClientResources resources;
    private final RedisClient client;

    public RedisRuntime(EventLoopGroup loops, EventExecutorGroup background) {
        this.loops = loops;
        this.background = background;
        this.resources = ClientResources.builder()
                .eventLoopGroupProvider(new SharedLoops(loops))
                .eventExecutorGroup(background)
                .addressResolverGroup(DefaultAddressResolverGroup.INSTANCE) // never asked: addresses come resolved
                .commandLatencyRecorder(CommandLatencyRecorder.disabled())
                .timer(new HashedWheelTimer())
                .build();
        this.client = RedisClient.create(resources);
        client.setOptions(ClientOptions.builder()
                // No automatic reconnect makes Lettuce deliver at most once: nothing is replayed.
                .autoReconnect(false)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(MAX_WAITING)
                .pingBeforeActivateConnection(false)
                .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                .timeoutOptions(TimeoutOptions.create())
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(Duration.ofSeconds(1))
                        .tcpNoDelay(true)
                        .build())
                .build());
    }

    RedisClient client() {
        return client;
    }

    EventLoopGroup loops() {
        return loops;
    }

    EventExecutorGroup background() {
        return background;
    }

    @Override
    public void close() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        var unused = resources.shutdown(0, 1, TimeUnit.SECONDS);
    }

    /** Lends the proxy's loops to Lettuce, which may not end them. */
    private record SharedLoops(EventLoopGroup loops) implements EventLoopGroupProvider {
        @Override
        @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // Lettuce uses it as an EventLoopGroup only.
        public <T extends EventLoopGroup> T allocate(Class<T> type) {
            return (T) loops;
        }

        @Override
        public int threadPoolSize() {
            return 1;
        }

        @Override
        public Future<Boolean> release(EventExecutorGroup group, long quietPeriod, long timeout, TimeUnit unit) {
            return ImmediateEventExecutor.INSTANCE.newSucceededFuture(true);
        }

        @Override
        public Future<Boolean> shutdown(long quietPeriod, long timeout, TimeUnit unit) {
            return ImmediateEventExecutor.INSTANCE.newSucceededFuture(true);
        }
    }
}
