package io.redisroles.sidecar.http;

import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.redisroles.sidecar.admission.Problem;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A request to go on as a WebSocket (RFC 6455 §4).
 *
 * @param keys all values of {@code Sec-WebSocket-Key}
 * @param version {@code Sec-WebSocket-Version}
 * @param bodiless whether the request has no body
 */
record WebSocketUpgrade(List<String> keys, String version, boolean bodiless) {
    /** RFC 6455 §1.3. */
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private static final int KEY_BYTES = 16;

    WebSocketUpgrade {
        keys = List.copyOf(keys);
    }

    /** What a request asks for; every other upgrade, and one that cannot be asked for in this way, is none. */
    static Optional<WebSocketUpgrade> of(HttpRequest request) {
        HttpHeaders headers = request.headers();
        if (!headers.contains(HttpHeaderNames.UPGRADE)
                || !headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
                || !headers.contains(HttpHeaderNames.SEC_WEBSOCKET_KEY)
                || !HopByHop.nominated(headers).contains("upgrade")
                || !request.method().equals(HttpMethod.GET)
                || !request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
            return Optional.empty();
        }
        return Optional.of(new WebSocketUpgrade(
                headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_KEY),
                headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "").strip(),
                !HttpUtil.isTransferEncodingChunked(request) && HttpUtil.getContentLength(request, 0L) == 0));
    }

    /** Why it is refused, if it is (§4.2). */
    Optional<Problem> problem() {
        if (!version.equals("13")) {
            return Optional.of(Problem.UPGRADE_REQUIRED);
        }
        return keys.size() == 1 && isKey(keys.get(0).strip()) && bodiless
                ? Optional.empty()
                : Optional.of(Problem.BAD_REQUEST);
    }

    /** Puts back what is the next hop's own, after the request was rewritten. */
    void writeTo(HttpRequest forwarded) {
        forwarded
                .headers()
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
    }

    /** Whether the app's 101 answers this request and no other (§4.2.2). */
    boolean isAcceptedBy(HttpResponse answer) {
        HttpHeaders headers = answer.headers();
        List<String> accepts = headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT);
        return headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
                && HopByHop.nominated(headers).contains("upgrade")
                && accepts.size() == 1
                && accepts.get(0).strip().equals(accept(keys.get(0).strip()));
    }

    /** The app's 101 as the client gets it. */
    FullHttpResponse answer(HttpResponse accepted) {
        FullHttpResponse answer =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
        HttpHeaders headers = answer.headers().add(accepted.headers());
        HopByHop.strip(headers);
        headers.remove(HttpHeaderNames.TRANSFER_ENCODING).remove(HttpHeaderNames.CONTENT_LENGTH);
        headers.set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
        return answer;
    }

    private static boolean isKey(String key) {
        try {
            return Base64.getDecoder().decode(key).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String accept(String key) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.ISO_8859_1));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }
}
