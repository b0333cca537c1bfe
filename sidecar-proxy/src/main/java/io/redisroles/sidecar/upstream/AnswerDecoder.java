package io.redisroles.sidecar.upstream;

import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;

/**
 * Netty's decoder of answers, told whether the request was a HEAD (an answer to it has lengths but no body), and made to
 * refuse answers of which two readers could find different ends. One per connection, for one request at a time.
 */
final class AnswerDecoder extends HttpResponseDecoder {
    private static final int MAX_HEAD_BYTES = 64 * 1024;

    private boolean head;

    AnswerDecoder() {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(MAX_HEAD_BYTES)
                .setMaxHeaderSize(MAX_HEAD_BYTES)
                .setMaxChunkSize(64 * 1024));
    }

    /** The next final answer is one to a HEAD request, or not. */
    void expect(boolean toHead) {
        head = toHead;
    }

    /** Whether there are bytes behind what has been decoded. */
    boolean hasLeftovers() {
        return actualReadableBytes() > 0;
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
        requirePlainFraming(message);
        if (message instanceof HttpResponse response && !isPlain(response.status())) {
            throw new IllegalArgumentException("not a plain status line");
        }
        boolean interim = message instanceof HttpResponse response
                && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        return (head && !interim) || super.isContentAlwaysEmpty(message);
    }

    /** RFC 9112 §4: three digits, and a reason without control characters. */
    private static boolean isPlain(HttpResponseStatus status) {
        String reason = status.reasonPhrase();
        for (int i = 0; i < reason.length(); i++) {
            char character = reason.charAt(i);
            if ((character < 0x20 && character != '\t') || character == 0x7F) {
                return false;
            }
        }
        return status.code() >= 100 && status.code() <= 999;
    }

    /** RFC 9112 §6.1: other codings than chunked would have to be understood, and HTTP/1.0 knows none. */
    private static void requirePlainFraming(HttpMessage message) {
        List<String> codings = message.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (codings.isEmpty()) {
            return;
        }
        if (codings.size() > 1
                || !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.get(0))
                || message.headers().contains(HttpHeaderNames.CONTENT_LENGTH)
                || !message.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
            throw new IllegalArgumentException("ambiguous framing of an answer");
        }
    }
}
