package io.redisroles.sidecar.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/**
 * Looks whether the app's first bytes are a SETTINGS frame (RFC 9113 §3.4), before the codec would call anything else a broken
 * connection.
 */
final class FirstFrame extends ByteToMessageDecoder {
    private static final int HEADER_OCTETS = 9;
    private static final int TYPE_AT = 3;
    private static final int STREAM_AT = 5;
    private static final int SETTINGS = 4;

    private final Http2AppConnection connection;

    FirstFrame(Http2AppConnection connection) {
        this.connection = connection;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        int at = in.readerIndex();
        boolean other = in.readableBytes() > TYPE_AT && in.getByte(at + TYPE_AT) != SETTINGS;
        if (other || (in.readableBytes() >= HEADER_OCTETS && in.getInt(at + STREAM_AT) != 0)) {
            in.skipBytes(in.readableBytes());
            connection.refused();
        } else if (in.readableBytes() >= HEADER_OCTETS) {
            context.pipeline().remove(this);
        }
    }
}
