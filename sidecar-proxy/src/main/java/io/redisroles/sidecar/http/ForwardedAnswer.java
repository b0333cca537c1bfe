package io.redisroles.sidecar.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;

/** The head of the app's answer as the client gets it: its fields, our framing. */
final class ForwardedAnswer {
    private ForwardedAnswer() {}

    /** Replaces the framing; says whether only the end of the connection can tell the client where the body ends. */
    static boolean rewrite(HttpResponse answer, RequestShape request) {
        HttpHeaders headers = answer.headers();
        HopByHop.strip(headers);
        headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
        int status = answer.status().code();
        boolean bodyless = request.head() || status == 204 || status == 304;
        boolean unknownLength = !bodyless && !headers.contains(HttpHeaderNames.CONTENT_LENGTH);
        if (unknownLength && !request.oldClient()) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        answer.setProtocolVersion(HttpVersion.HTTP_1_1);
        return unknownLength && request.oldClient();
    }

    /** Says whether another answer may follow, where the client would not assume it. */
    static void sayWhatFollows(HttpResponse answer, RequestShape request, boolean last) {
        if (last) {
            answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (request.oldClient()) {
            answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
    }
}
