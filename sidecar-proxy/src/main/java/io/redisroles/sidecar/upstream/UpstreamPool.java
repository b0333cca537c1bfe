package io.redisroles.sidecar.upstream;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The idle connections of one event loop to the app. Everything happens on that loop. An idle connection keeps reading, so
 * that the app's closing it is seen, and is closed before apps usually do (Node.js after 5 s).
 */
public final class UpstreamPool {
    private static final int MAX_IDLE = 64;
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(4);
    private static final int CONNECT_MILLIS = 2000;
    private static final int MAX_HEAD_BYTES = 64 * 1024;

    private final EventLoop loop;
    private final InetSocketAddress app;
    private final Deque<Idle> idle = new ArrayDeque<>();
    private @Nullable ScheduledFuture<?> sweep;

    /**
     * An empty pool.
     *
     * @param app resolved
     */
    public UpstreamPool(EventLoop loop, InetSocketAddress app) {
        this.loop = loop;
        this.app = app;
    }

    /**
     * Finds or makes a connection for {@code listener} and hands it to {@code onReady}; {@link UpstreamListener#onFailure} is
     * called instead if the app cannot be reached.
     *
     * @param mayReuse whether a connection that the app may be about to close will do: only for requests that can be sent
     *     again
     */
    public void acquire(boolean mayReuse, UpstreamListener listener, Consumer<UpstreamConnection> onReady) {
        while (mayReuse && !idle.isEmpty()) {
            UpstreamConnection connection = idle.removeLast().connection;
            if (connection.channel().isActive()) {
                connection.use(listener);
                onReady.accept(connection);
                return;
            }
        }
        connect(listener, onReady);
    }

    private void connect(UpstreamListener listener, Consumer<UpstreamConnection> onReady) {
        UpstreamConnection connection = new UpstreamConnection(this);
        new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(codec(), connection);
                    }
                })
                .connect(app)
                .addListener(connected -> {
                    if (connected.isSuccess()) {
                        connection.use(listener);
                        onReady.accept(connection);
                    } else {
                        listener.onFailure(UpstreamFailure.CONNECT);
                    }
                });
    }

    private static HttpClientCodec codec() {
        return new HttpClientCodec(
                new HttpDecoderConfig()
                        .setMaxInitialLineLength(MAX_HEAD_BYTES)
                        .setMaxHeaderSize(MAX_HEAD_BYTES)
                        .setMaxChunkSize(64 * 1024),
                false,
                false);
    }

    void release(UpstreamConnection connection) {
        if (idle.size() >= MAX_IDLE || !connection.channel().isActive()) {
            connection.close();
            return;
        }
        idle.addLast(new Idle(connection, System.nanoTime()));
        connection.read();
        if (sweep == null) {
            sweep = loop.schedule(this::sweep, IDLE_NANOS, TimeUnit.NANOSECONDS);
        }
    }

    void forget(UpstreamConnection connection) {
        idle.removeIf(entry -> entry.connection == connection);
    }

    /** Closes what was idle for too long; the oldest are in front. */
    private void sweep() {
        sweep = null;
        long now = System.nanoTime();
        while (!idle.isEmpty() && now - idle.getFirst().since >= IDLE_NANOS) {
            idle.removeFirst().connection.close();
        }
        if (!idle.isEmpty()) {
            long wait = Math.max(IDLE_NANOS - (now - idle.getFirst().since), 0);
            sweep = loop.schedule(this::sweep, wait, TimeUnit.NANOSECONDS);
        }
    }

    private record Idle(UpstreamConnection connection, long since) {}
}
