package io.redisroles.sidecar.http;

import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;

/** Netty's encoder, told whether the request was a HEAD: then the answer has lengths but no body. One per connection. */
final class AnswerEncoder extends HttpResponseEncoder {
    private boolean head;

    void answering(boolean headRequest) {
        head = headRequest;
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpResponse answer) {
        return head || super.isContentAlwaysEmpty(answer);
    }
}
