package io.redisroles.sidecar.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import java.util.List;

/**
 * Netty's decoder, which already refuses bare LF, doubled lengths and TE beside CL, made to refuse obsolete line folding too
 * (RFC 9112 §5.2): Netty joins such lines, and an app behind an older proxy may read them as two fields.
 */
final class StrictRequestDecoder extends HttpRequestDecoder {
    static final int MAX_REQUEST_LINE = 16 * 1024;
    static final int MAX_HEAD_BYTES = 64 * 1024;
    private static final int MAX_CONTENT_PART = 64 * 1024;

    /** The field lines, and the request line. */
    private static final int MAX_LINES = RequestGuard.MAX_FIELDS + 1;

    private final HeadBudget.Share budget;
    private boolean inHead = true;
    private boolean atLineStart;
    private boolean folded;
    private int lines;
    private boolean refused;

    StrictRequestDecoder(HeadBudget.Share budget) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(MAX_REQUEST_LINE)
                .setMaxHeaderSize(MAX_HEAD_BYTES)
                .setMaxChunkSize(MAX_CONTENT_PART));
        this.budget = budget;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf buffer, List<Object> out) throws Exception {
        if (refused) {
            buffer.skipBytes(buffer.readableBytes());
            return;
        }
        int from = buffer.readerIndex();
        int decodedBefore = out.size();
        super.decode(context, buffer, out);
        if (inHead) {
            // Only bytes of the head were taken: the decoder returns as soon as it has one.
            look(buffer, from, buffer.readerIndex());
            if (out.size() == decodedBefore && lines > MAX_LINES) {
                refused = true; // an endless head is not read to its end
                out.add(tooLarge());
                return;
            }
        }
        for (int i = decodedBefore; i < out.size(); i++) {
            track(out.get(i));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        super.channelInactive(context);
        budget.giveBack();
    }

    /** Jumps from line to line of what was decoded; these bytes may come in several parts. */
    private void look(ByteBuf buffer, int from, int to) {
        if (!budget.take(to - from)) {
            lines = MAX_LINES + 1;
        }
        int start = from;
        while (start < to) {
            if (atLineStart) {
                byte first = buffer.getByte(start);
                folded |= first == ' ' || first == '\t';
            }
            int lineEnd = buffer.indexOf(start, to, (byte) '\n');
            atLineStart = lineEnd >= 0;
            lines += atLineStart ? 1 : 0;
            start = lineEnd < 0 ? to : lineEnd + 1;
        }
    }

    private void track(Object message) {
        if (message instanceof HttpMessage head) {
            if (folded) {
                head.setDecoderResult(DecoderResult.failure(new IllegalArgumentException("obsolete line folding")));
            }
            inHead = false;
            atLineStart = false;
            lines = 0;
        }
        if (message instanceof LastHttpContent) {
            inHead = true;
        }
    }

    private static HttpRequest tooLarge() {
        HttpRequest head = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/", Unpooled.EMPTY_BUFFER);
        head.setDecoderResult(
                DecoderResult.failure(new TooLongHttpHeaderException("more fields or bytes than are taken")));
        return head;
    }
}
