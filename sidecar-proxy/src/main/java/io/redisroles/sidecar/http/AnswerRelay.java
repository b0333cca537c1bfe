package io.redisroles.sidecar.http;

import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.redisroles.sidecar.admission.Verdict;
import org.jspecify.annotations.Nullable;

/** The app's answer on its way to the client: interim ones as they come, then the final one, read only as the client takes it. */
final class AnswerRelay {
    private final ClientStream client;
    private final Exchange exchange;
    private final RequestShape request;
    private final Verdict verdict;

    private @Nullable HttpResponse switching;
    private boolean heard;
    private boolean interim;
    private boolean begun;
    private boolean last;
    private boolean appKeepsAlive;

    AnswerRelay(ClientStream client, Exchange exchange, RequestShape request, Verdict verdict) {
        this.client = client;
        this.exchange = exchange;
        this.request = request;
        this.verdict = verdict;
    }

    /** Whether the app has said anything about this request. */
    boolean hasHeard() {
        return heard;
    }

    /** Whether the client has seen the head of the final answer. */
    boolean hasBegun() {
        return begun;
    }

    void onHead(HttpResponse response) {
        heard = true;
        if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
            onInterim(response);
            return;
        }
        begun = true;
        appKeepsAlive = HttpUtil.isKeepAlive(response);
        boolean endsWithConnection = ForwardedAnswer.rewrite(response, request);
        last = exchange.isLastAnswer() || endsWithConnection;
        client.services().rateLimits().write(response.headers(), verdict);
        ForwardedAnswer.sayWhatFollows(response, request, last);
        client.answering(request.head());
        client.write(response);
    }

    private void onInterim(HttpResponse response) {
        if (response.status().code() == HttpResponseStatus.SWITCHING_PROTOCOLS.code()) {
            switching = response; // its head ends with the next part
            return;
        }
        interim = true;
        if (!request.oldClient()) {
            FullHttpResponse copy = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, response.status());
            copy.headers().add(response.headers());
            HopByHop.strip(copy.headers());
            client.write(copy);
        }
    }

    /** The next part of the body; takes it over. */
    void onContent(HttpContent content) {
        boolean end = content instanceof LastHttpContent;
        HttpResponse switched = switching;
        if (switched != null) {
            ReferenceCountUtil.release(content);
            if (end) {
                exchange.onSwitchingProtocols(switched);
            }
            return;
        }
        if (interim) {
            ReferenceCountUtil.release(content);
            interim = !end;
            return;
        }
        client.write(content);
        if (end) {
            client.flushSoon();
            exchange.onAnswerComplete(appKeepsAlive, last);
        }
    }

    /** What the app had sent has been handed over; says whether to read more of it now. */
    boolean onReadComplete() {
        client.flush();
        if (!client.isWritable()) {
            client.deadline().set(client.services().timeouts().clientStall(), client::close);
            return false;
        }
        if (begun) {
            exchange.onAnswerContinues();
            client.deadline().set(client.services().timeouts().answerIdle(), client::close);
        }
        return true;
    }
}
