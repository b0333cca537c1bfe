package io.redisroles.sidecar.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.util.NetUtil;
import io.redisroles.sidecar.telemetry.BadInput;
import io.redisroles.sidecar.telemetry.ProxyMetrics;
import java.net.InetAddress;

/**
 * Takes the PROXY protocol header that a trusted proxy's connection must begin with, and leaves. Without one, or with one
 * that cannot be read, the connection is closed: its requests would be counted as the proxy's own.
 */
final class ProxyHeader extends ChannelInboundHandlerAdapter {
    private final ProxyMetrics metrics;
    private boolean refused;

    ProxyHeader(ProxyMetrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HAProxyMessage header) {
            try {
                take(context, header);
            } finally {
                header.release();
            }
            context.pipeline().remove(this);
        } else {
            context.fireChannelRead(message);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!refused) {
            refused = true;
            metrics.refused(BadInput.PROXY_HEADER);
        }
        var unused = context.close();
    }

    /** A proxy that checks our health, or does not know the client, speaks for itself. */
    private static void take(ChannelHandlerContext context, HAProxyMessage header) {
        if (header.command() == HAProxyCommand.PROXY && header.sourceAddress() != null) {
            InetAddress client = NetUtil.createInetAddressFromIpAddressString(header.sourceAddress());
            if (client != null) {
                PeerAddress.tell(context.channel(), client);
            }
        }
    }
}
