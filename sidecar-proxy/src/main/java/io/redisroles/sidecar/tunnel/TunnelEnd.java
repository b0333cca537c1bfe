package io.redisroles.sidecar.tunnel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import io.redisroles.sidecar.socket.CloseReason;

/** Where a tunnel meets one of its two channels. */
final class TunnelEnd extends ChannelInboundHandlerAdapter {
    private final Tunnel tunnel;
    private final boolean client;

    TunnelEnd(Tunnel tunnel, boolean client) {
        this.tunnel = tunnel;
        this.client = client;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf bytes)) {
            ReferenceCountUtil.release(message);
            var unused = context.close(); // something that was parsed before the tunnel began: nobody asked for it
        } else if (client) {
            tunnel.onClientBytes(bytes);
        } else {
            tunnel.onAppBytes(bytes);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        tunnel.onReadComplete(client);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (context.channel().isWritable()) {
            tunnel.onWritable(client);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            tunnel.onEnd(client);
        } else if (event == Tunnel.GOING_AWAY) {
            tunnel.end(CloseReason.GOING_AWAY);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        tunnel.onGone(client);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var unused = context.close();
    }
}
