package io.redisroles.sidecar.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/**
 * Netty's decoder, which already refuses bare LF, doubled lengths and TE beside CL, made to refuse obsolete line folding too
 * (RFC 9112 §5.2): Netty joins such lines, and an app behind an older proxy may read them as two fields.
 */
final class StrictRequestDecoder extends HttpRequestDecoder {
    static final int MAX_REQUEST_LINE = 16 * 1024;
    static final int MAX_HEAD_BYTES = 64 * 1024;
    private static final int MAX_CONTENT_PART = 64 * 1024;

    private boolean inHead = true;
    private boolean atLineStart;
    private boolean folded;

    StrictRequestDecoder() {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(MAX_REQUEST_LINE)
                .setMaxHeaderSize(MAX_HEAD_BYTES)
                .setMaxChunkSize(MAX_CONTENT_PART));
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf buffer, List<Object> out) throws Exception {
        int from = buffer.readerIndex();
        int decodedBefore = out.size();
        super.decode(context, buffer, out);
        if (inHead) {
            // Only bytes of the head were taken: the decoder returns as soon as it has one.
            look(buffer, from, buffer.readerIndex());
        }
        for (Object message : out.subList(decodedBefore, out.size())) {
            track(message);
        }
    }

    private void look(ByteBuf buffer, int from, int to) {
        for (int i = from; i < to; i++) {
            byte octet = buffer.getByte(i);
            folded |= atLineStart && (octet == ' ' || octet == '\t');
            atLineStart = octet == '\n';
        }
    }

    private void track(Object message) {
        if (message instanceof HttpMessage head) {
            if (folded) {
                head.setDecoderResult(DecoderResult.failure(new IllegalArgumentException("obsolete line folding")));
            }
            inHead = false;
            atLineStart = false;
        }
        if (message instanceof LastHttpContent) {
            inHead = true;
        }
    }
}
