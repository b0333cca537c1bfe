package io.redisroles.sidecar.http;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.redisroles.sidecar.telemetry.ProxyMetrics;
import java.util.concurrent.atomic.AtomicInteger;

/** Closes connections above a bound before a byte of them is parsed. Shared by all connections of one listener. */
@Sharable
final class ConnectionLimit extends ChannelInboundHandlerAdapter {
    private final int most;
    private final ProxyMetrics metrics;
    private final AtomicInteger open = new AtomicInteger();

    ConnectionLimit(int most, ProxyMetrics metrics) {
        this.most = most;
        this.metrics = metrics;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        metrics.connectionOpened();
        if (open.incrementAndGet() > most) {
            metrics.connectionRefused();
            var unused = context.close();
        } else {
            context.fireChannelActive();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        metrics.connectionClosed();
        open.decrementAndGet();
        context.fireChannelInactive();
    }
}
