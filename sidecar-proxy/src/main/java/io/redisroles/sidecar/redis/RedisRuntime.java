package io.redisroles.sidecar.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.event.DefaultEventPublisherOptions;
import io.lettuce.core.event.Event;
import io.lettuce.core.event.EventBus;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.EventLoopGroupProvider;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.resolver.DefaultAddressResolverGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Flux;

/**
 * What all connections to Redis share: the proxy's event loops for the bytes, one background thread for what may block
 * (names, password files). Lettuce gets no threads of its own: even its timer runs in the background.
 */
public final class RedisRuntime implements AutoCloseable {
    /** On how many event loops one Redis is connected; further loops hand their calls over. */
    private static final int MOST_LANES = 4;

    private final EventLoopGroup loops;
    private final ClientResources resources;
    private final Map<Optional<RedisAddress.Encryption>, RedisClient> clients = new ConcurrentHashMap<>();
    private final RedisConnector connector;

    public RedisRuntime(EventLoopGroup loops, EventExecutorGroup background) {
        this.loops = loops;
        PinningLoops pinning = new PinningLoops(loops);
        this.resources = ClientResources.builder()
                .eventLoopGroupProvider(new SharedLoops(pinning))
                .eventExecutorGroup(background)
                .addressResolverGroup(DefaultAddressResolverGroup.INSTANCE) // never asked: addresses come resolved
                .eventBus(new NoEvents())
                .commandLatencyRecorder(CommandLatencyRecorder.disabled())
                .commandLatencyPublisherOptions(DefaultEventPublisherOptions.disabled())
                .timer(new BackgroundTimer(background))
                .build();
        this.connector = new RedisConnector(
                encryption -> clients.computeIfAbsent(encryption, this::client), pinning, background);
    }

    /** Lettuce has whom it believes, and who it is, in the client, and reads the files for each connection. */
    private RedisClient client(Optional<RedisAddress.Encryption> encryption) {
        RedisClient client = new DispatchOnlyClient(resources);
        ClientOptions.Builder options = ClientOptions.builder()
                // No automatic reconnect makes Lettuce deliver at most once: nothing is replayed.
                .autoReconnect(false)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(Pipeline.MOST_WAITING)
                .pingBeforeActivateConnection(false)
                .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                .timeoutOptions(TimeoutOptions.create())
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(RedisConnector.LIMIT)
                        .tcpNoDelay(true)
                        .build());
        encryption.ifPresent(files -> options.sslOptions(SslOptions.builder()
                .jdkSslProvider()
                .handshakeTimeout(RedisConnector.LIMIT)
                .trustManager(files.authorities().toFile())
                .sslContext(context -> files.identity().ifPresent(file -> identify(context, file)))
                .build()));
        client.setOptions(options.build());
        return client;
    }

    /** Both from one reading: certificate and key belong together, whenever the files change. */
    private static void identify(SslContextBuilder context, Path file) {
        try {
            byte[] pem = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
            if (pem.length > 0) {
                context.keyManager(new ByteArrayInputStream(pem), new ByteArrayInputStream(pem));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    RedisConnector connector() {
        return connector;
    }

    /** The loops that get connections of their own. */
    List<EventLoop> lanes() {
        List<EventLoop> chosen = new ArrayList<>();
        for (EventExecutor loop : loops) {
            if (chosen.size() < MOST_LANES) {
                chosen.add((EventLoop) loop);
            }
        }
        return chosen;
    }

    /** Ends what is left of its connections; the loops and the background thread must still run. Not on either of them. */
    @Override
    public void close() {
        clients.values().forEach(client -> client.shutdown(Duration.ZERO, Duration.ofSeconds(1)));
        resources.shutdown(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /** Nobody listens to Lettuce's events; without its own bus three hundred classes of Reactor stay unloaded. */
    private static final class NoEvents implements EventBus {
        @Override
        public Flux<Event> get() {
            return Flux.never();
        }

        @Override
        public void publish(Event event) {}
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
