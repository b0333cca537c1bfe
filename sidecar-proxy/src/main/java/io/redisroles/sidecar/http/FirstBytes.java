package io.redisroles.sidecar.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.redisroles.sidecar.telemetry.BadInput;
import io.redisroles.sidecar.telemetry.ProxyMetrics;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Looks at how a connection begins, and leaves if that may be a request of any version of HTTP. Other protocols are not
 * answered in one that they do not speak: the connection is closed.
 */
final class FirstBytes extends ByteToMessageDecoder {
    private static final int MAX_METHOD = 32;
    private static final byte[] PROXY_V1 = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PROXY_V2 = {
        0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A,
    };
    private static final String TOKEN = "!#$%&'*+-.^_`|~";

    private final ProxyMetrics metrics;

    FirstBytes(ProxyMetrics metrics) {
        this.metrics = metrics;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf bytes, List<Object> out) {
        if (beginsLike(bytes, PROXY_V1) || beginsLike(bytes, PROXY_V2)) {
            if (bytes.readableBytes() >= PROXY_V1.length) {
                refuse(context, bytes, BadInput.PROXY_HEADER);
            }
            return; // or wait for more
        }
        int from = bytes.readerIndex();
        while (from < bytes.writerIndex() && isLineBreak(bytes.getByte(from))) {
            from++; // RFC 9112 §2.2: empty lines before a request are no harm
        }
        int end = from;
        while (end < bytes.writerIndex() && end - from < MAX_METHOD && isTokenPart(bytes.getByte(end))) {
            end++;
        }
        if (end < bytes.writerIndex() || end - from >= MAX_METHOD) {
            if (end > from && end < bytes.writerIndex() && bytes.getByte(end) == ' ') {
                context.pipeline().remove(this); // which passes the bytes on
            } else {
                refuse(context, bytes, BadInput.NOT_HTTP);
            }
        }
    }

    private void refuse(ChannelHandlerContext context, ByteBuf bytes, BadInput reason) {
        bytes.skipBytes(bytes.readableBytes());
        metrics.refused(reason);
        var unused = context.close();
    }

    /** As far as bytes have come; not for none. */
    private static boolean beginsLike(ByteBuf bytes, byte[] prefix) {
        int length = Math.min(bytes.readableBytes(), prefix.length);
        for (int i = 0; i < length; i++) {
            if (bytes.getByte(bytes.readerIndex() + i) != prefix[i]) {
                return false;
            }
        }
        return length > 0;
    }

    private static boolean isLineBreak(byte octet) {
        return octet == '\r' || octet == '\n';
    }

    /** RFC 9110 §5.6.2. */
    private static boolean isTokenPart(byte octet) {
        return (octet >= 'a' && octet <= 'z')
                || (octet >= 'A' && octet <= 'Z')
                || (octet >= '0' && octet <= '9')
                || TOKEN.indexOf(octet) >= 0;
    }
}
