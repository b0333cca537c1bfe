package io.redisroles.sidecar.opaque;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.redisroles.sidecar.telemetry.ProxyMetrics;
import io.redisroles.sidecar.transport.Transport;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

/** Connects each connection of an opaque port with one of its own to the app. Shared by all of one listener. */
public final class OpaquePipeline extends ChannelInitializer<Channel> {
    private static final int MOST_CONNECTIONS = 1024;
    private static final int CONNECT_MILLIS = 2000;
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(32 * 1024, 64 * 1024);

    private final InetSocketAddress app;
    private final ChannelGroup open;
    private final ProxyMetrics metrics;
    private final AtomicInteger connections = new AtomicInteger();

    /**
     * A pipeline.
     *
     * @param app resolved
     * @param open where each connection is entered
     */
    public OpaquePipeline(InetSocketAddress app, ChannelGroup open, ProxyMetrics metrics) {
        this.app = app;
        this.open = open;
        this.metrics = metrics;
    }

    @Override
    protected void initChannel(Channel client) {
        open.add(client);
        var counted = client.closeFuture().addListener(closed -> connections.decrementAndGet());
        if (connections.incrementAndGet() > MOST_CONNECTIONS) {
            metrics.connectionRefused();
            var unused = counted.channel().close();
            return;
        }
        metrics.opaqueConnection();
        RelayEnd clientEnd = new RelayEnd();
        client.pipeline().addLast(clientEnd);
        RelayEnd appEnd = new RelayEnd();
        new Bootstrap()
                .group(client.eventLoop())
                .channel(Transport.here().client())
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .handler(appEnd)
                .connect(app)
                .addListener(connected -> {
                    if (connected.isSuccess()) {
                        RelayEnd.join(clientEnd, appEnd);
                    } else {
                        metrics.upstreamFailed("connect");
                        var unused = client.close();
                    }
                });
    }
}
