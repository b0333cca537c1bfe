package io.redisroles.sidecar.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.redisroles.sidecar.telemetry.BadInput;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Tells by a connection's first bytes which version of HTTP its client speaks (RFC 9113 §3.3), and is gone then. What is
 * neither is for the HTTP/1 decoder to refuse.
 */
final class Preface extends ChannelInboundHandlerAdapter {
    private static final byte[] OCTETS = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    /** As long as this no HTTP/1 client means it: PRI is reserved (RFC 9113 §11.6). */
    private static final int UNMISTAKABLE = 18;

    private final ProxyServices services;
    private @Nullable ByteBuf begun;

    Preface(ProxyServices services) {
        this.services = services;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = joined(context, (ByteBuf) message);
        int same = same(bytes);
        if (same == OCTETS.length) {
            Http2Front.install(context.pipeline(), services);
            context.pipeline().remove(this);
            context.fireChannelRead(bytes);
        } else if (same == bytes.readableBytes()) {
            begun = bytes;
        } else if (same >= UNMISTAKABLE || isOther(bytes)) {
            bytes.release();
            services.metrics().refused(BadInput.NOT_HTTP);
            var unused = context.close();
        } else {
            context.pipeline().remove(this);
            context.fireChannelRead(bytes);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        ByteBuf rest = begun;
        begun = null;
        if (rest != null) {
            rest.release();
        }
    }

    private ByteBuf joined(ChannelHandlerContext context, ByteBuf next) {
        ByteBuf before = begun;
        begun = null;
        if (before == null) {
            return next;
        }
        ByteBuf all = context.alloc().buffer(before.readableBytes() + next.readableBytes());
        all.writeBytes(before).writeBytes(next);
        before.release();
        next.release();
        return all;
    }

    /** Whether the first line, if it is there, has no version of HTTP in it: an answer in HTTP/1 would be none. */
    private static boolean isOther(ByteBuf bytes) {
        int from = bytes.readerIndex();
        while (from < bytes.writerIndex() && (bytes.getByte(from) == '\r' || bytes.getByte(from) == '\n')) {
            from++;
        }
        int end = bytes.indexOf(from, bytes.writerIndex(), (byte) '\n');
        return end >= 0 && bytes.indexOf(from, end, (byte) '/') < 0;
    }

    /** How many octets are those of the preface. */
    private static int same(ByteBuf bytes) {
        int length = Math.min(bytes.readableBytes(), OCTETS.length);
        int same = 0;
        while (same < length && bytes.getByte(bytes.readerIndex() + same) == OCTETS[same]) {
            same++;
        }
        return same;
    }
}
