package io.redisroles.sidecar.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.redisroles.sidecar.http2.Http2Messages;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A request that asks to go on in HTTP/2 (RFC 7540 §3.2; RFC 9113 has no place for it any more). One that cannot be moved
 * safely is answered as it came, which every such client understands.
 *
 * @param settings the client's
 * @param request as the first stream's header block
 */
record Http2Upgrade(Http2Settings settings, Http2Headers request) {
    private static final String PROTOCOL = "h2c";
    private static final String SETTINGS = "http2-settings";
    private static final int SETTING_OCTETS = 6;

    /** Reads a request that has passed the guard; empty if it stays in HTTP/1. */
    static Optional<Http2Upgrade> of(HttpRequest request) {
        HttpHeaders headers = request.headers();
        List<String> nominated = HopByHop.nominated(headers);
        List<String> settings = headers.getAll(SETTINGS);
        boolean asked = request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                && PROTOCOL.equals(String.join(",", headers.getAll(HttpHeaderNames.UPGRADE)))
                && nominated.contains("upgrade")
                && nominated.contains(SETTINGS)
                && settings.size() == 1;
        boolean movable = !headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
                && !headers.contains(HttpHeaderNames.CONTENT_LENGTH)
                && request.uri().startsWith("/");
        return asked && movable
                ? parse(settings.get(0)).map(parsed -> new Http2Upgrade(parsed, block(request)))
                : Optional.empty();
    }

    static FullHttpResponse accepted() {
        FullHttpResponse answer =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
        answer.headers()
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                .set(HttpHeaderNames.UPGRADE, PROTOCOL);
        return answer;
    }

    private static Http2Headers block(HttpRequest request) {
        HopByHop.strip(request.headers());
        return Http2Messages.block(request);
    }

    /** The payload of a SETTINGS frame in base64url. */
    private static Optional<Http2Settings> parse(String text) {
        try {
            ByteBuf payload = Unpooled.wrappedBuffer(Base64.getUrlDecoder().decode(text));
            if (payload.readableBytes() % SETTING_OCTETS != 0) {
                return Optional.empty();
            }
            Http2Settings settings = new Http2Settings();
            while (payload.isReadable()) {
                char key = (char) payload.readUnsignedShort();
                settings.put(key, Long.valueOf(payload.readUnsignedInt()));
            }
            return Optional.of(settings);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
