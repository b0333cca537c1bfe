package io.redisroles.sidecar.http;

import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;

/** The head of the app's answer as the client gets it: its fields, our framing. */
final class ForwardedAnswer {
    private final HttpResponse answer;
    private final boolean oldClient;
    private final boolean endsWithConnection;

    ForwardedAnswer(HttpResponse answer, HttpRequest request) {
        this.answer = answer;
        this.oldClient = request.protocolVersion().equals(HttpVersion.HTTP_1_0);
        HttpHeaders headers = answer.headers();
        HopByHop.strip(headers);
        headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
        int status = answer.status().code();
        boolean bodyless = request.method().equals(HttpMethod.HEAD) || status == 204 || status == 304;
        boolean unknownLength = !bodyless && !headers.contains(HttpHeaderNames.CONTENT_LENGTH);
        this.endsWithConnection = unknownLength && oldClient;
        if (unknownLength && !oldClient) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
    }

    /** Whether only the end of the connection tells the client where the body ends. */
    boolean endsWithConnection() {
        return endsWithConnection;
    }

    HttpResponse head(boolean last) {
        HttpHeaders headers = answer.headers();
        if (last) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (oldClient) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
        return new DefaultHttpResponse(HttpVersion.HTTP_1_1, answer.status(), headers);
    }
}
