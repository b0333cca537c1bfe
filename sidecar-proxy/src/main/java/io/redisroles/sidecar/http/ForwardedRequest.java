package io.redisroles.sidecar.http;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.redisroles.sidecar.admission.Verdict;
import io.redisroles.sidecar.config.PolicySnapshot;
import java.net.InetAddress;

/** A request as the app gets it: written anew, never copied through. */
final class ForwardedRequest {
    private final HttpRequest request;
    private final RequestTarget target;
    private final HttpHeaders headers;

    ForwardedRequest(HttpRequest request, RequestTarget target) {
        this.request = request;
        this.target = target;
        this.headers = request.headers().copy();
        boolean chunked = HttpUtil.isTransferEncodingChunked(request);
        HopByHop.strip(headers);
        headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
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
    }

    /** Adds who asks. */
    void identify(ClientConnection client, PolicySnapshot policy, Verdict.Admit verdict) {
        InetAddress peer = client.peer();
        client.services().identity().write(headers, peer, policy.clients().isTrusted(peer), verdict);
    }

    /** The head; can be sent more than once. */
    HttpRequest head() {
        return new DefaultHttpRequest(HttpVersion.HTTP_1_1, request.method(), target.origin(), headers);
    }
}
