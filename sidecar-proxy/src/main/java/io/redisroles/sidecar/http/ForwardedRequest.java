package io.redisroles.sidecar.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.redisroles.sidecar.admission.Verdict;

/**
 * A request as the app gets it: encoded anew from what was understood, never copied through.
 *
 * @param head the head; can be sent more than once
 * @param overHttp2 whether the client speaks HTTP/2
 */
record ForwardedRequest(HttpRequest head, boolean overHttp2) {
    /**
     * Rewrites an admitted request in place: nobody needs it as it came any more.
     *
     * @param trusted whether the peer's {@code X-Forwarded-*} are believed
     */
    static ForwardedRequest of(
            HttpRequest request, RequestTarget target, ClientStream client, boolean trusted, Verdict.Admit verdict) {
        HttpHeaders headers = request.headers();
        boolean chunked = HttpUtil.isTransferEncodingChunked(request);
        boolean trailers = client.isHttp2() && headers.contains(HttpHeaderNames.TE);
        HopByHop.strip(headers);
        if (trailers) {
            headers.set(
                    HttpHeaderNames.TE, HttpHeaderValues.TRAILERS); // gRPC asks for them; nothing else passed the guard
        }
        headers.remove(HttpHeaderNames.TRAILER);
        if (chunked) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        // RFC 9112 §3.2.2: the authority of an absolute form replaces Host; HTTP/1.0 may come without one.
        if (!target.authority().isEmpty()) {
            headers.set(HttpHeaderNames.HOST, target.authority());
        } else if (!headers.contains(HttpHeaderNames.HOST)) {
            headers.set(HttpHeaderNames.HOST, "localhost");
        }
        client.services().identity().write(headers, client.peerText(), trusted, verdict);
        request.setProtocolVersion(HttpVersion.HTTP_1_1).setUri(target.origin());
        return new ForwardedRequest(request, client.isHttp2());
    }

    /** The head for an app that turned out not to speak HTTP/2: there TE is for the next hop only. */
    HttpRequest headForHttp1() {
        if (overHttp2) {
            head.headers().remove(HttpHeaderNames.TE);
        }
        return head;
    }
}
