package io.redisroles.sidecar.upstream;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Ends a stream that the app begins: our settings allow none. */
@Sharable
final class RefusedPush extends ChannelInboundHandlerAdapter {
    @Override
    public void channelActive(ChannelHandlerContext context) {
        var unused = context.close();
    }
}
