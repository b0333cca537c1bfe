package io.redisroles.sidecar.http;

import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;

/**
 * What an answer needs to know of its request, kept before the request is rewritten for the app.
 *
 * @param head whether the answer has no body, whatever it says
 * @param oldClient whether the client speaks HTTP/1.0: neither chunked bodies nor interim answers
 * @param keepAlive whether the client wants another request after this one
 * @param grpc whether it is answered as gRPC's clients understand
 * @param idempotent whether it may be sent twice (RFC 9110 §9.2.2)
 */
record RequestShape(boolean head, boolean oldClient, boolean keepAlive, boolean grpc, boolean idempotent) {
    static RequestShape of(HttpRequest request) {
        HttpMethod method = request.method();
        boolean head = method.equals(HttpMethod.HEAD);
        return new RequestShape(
                head,
                request.protocolVersion().equals(HttpVersion.HTTP_1_0),
                HttpUtil.isKeepAlive(request),
                GrpcStatus.isExpectedBy(request),
                head
                        || method.equals(HttpMethod.GET)
                        || method.equals(HttpMethod.PUT)
                        || method.equals(HttpMethod.DELETE)
                        || method.equals(HttpMethod.OPTIONS));
    }
}
