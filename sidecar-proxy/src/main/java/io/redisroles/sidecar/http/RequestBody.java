package io.redisroles.sidecar.http;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.redisroles.sidecar.upstream.AppStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The body of one request: held back in the client until the request is admitted, then streamed to the app, or dropped. Read
 * only while the app takes more.
 */
final class RequestBody {
    private static final long MAX_DROPPED = 64 * 1024L;

    private final ClientStream client;
    private final Exchange exchange;
    private final boolean present;
    private final boolean worthDropping;
    private final Duration idle;

    private @Nullable AppStream app;
    private boolean complete;
    private boolean dropping;

    RequestBody(ClientStream client, Exchange exchange, HttpRequest request) {
        this.client = client;
        this.exchange = exchange;
        Timeouts timeouts = client.services().timeouts();
        this.idle = GrpcStatus.isExpectedBy(request) ? timeouts.answerIdle() : timeouts.bodyIdle();
        boolean chunked = HttpUtil.isTransferEncodingChunked(request);
        long length = HttpUtil.getContentLength(request, 0L);
        this.present = chunked || length > 0;
        this.worthDropping =
                !present || (!chunked && length <= MAX_DROPPED && !HttpUtil.is100ContinueExpected(request));
    }

    /** Whether there is any. */
    boolean isPresent() {
        return present;
    }

    /** Whether the request has been read to its end. */
    boolean isComplete() {
        return complete;
    }

    /** Whether reading what is left of a refused request is cheaper than a new connection. */
    boolean isWorthDropping() {
        return complete || worthDropping;
    }

    /** Lets the end of a request without body be read: it is there already, and waits for no verdict. */
    void begin() {
        if (!present) {
            client.read();
        }
    }

    /** The head was written to {@code connection}: writes what belongs behind it, now and as it comes. Does not flush. */
    void streamTo(AppStream connection) {
        app = connection;
        if (present) {
            client.deadline().set(idle, this::onStalled);
            client.read();
        } else {
            connection.write(LastHttpContent.EMPTY_LAST_CONTENT);
            exchange.onRequestSent();
        }
    }

    /** No longer for the app. */
    void detach() {
        app = null;
    }

    /** Reads the rest and forgets it; {@link Exchange#onRequestDropped} tells the end. */
    void drop() {
        dropping = true;
        client.deadline().set(client.services().timeouts().bodyIdle(), client::close);
        client.read();
    }

    void onAppWritable() {
        if (present && !complete && !dropping) {
            client.read();
        }
    }

    /** The next part has come from the client. */
    void onContent(HttpContent content) {
        if (content.decoderResult().isFailure()) {
            ReferenceCountUtil.release(content);
            exchange.onRequestMalformed();
            return;
        }
        boolean last = content instanceof LastHttpContent;
        complete |= last;
        AppStream connection = app;
        if (dropping) {
            ReferenceCountUtil.release(content);
            onDropped(last);
        } else if (!present || connection == null) {
            ReferenceCountUtil.release(content);
            readAhead();
        } else {
            send(connection, content, last);
        }
    }

    private void send(AppStream connection, HttpContent content, boolean last) {
        if (content instanceof LastHttpContent end) {
            IdentityFields.stripLookAlikes(end.trailingHeaders());
        }
        connection.write(content);
        connection.flush();
        if (last) {
            exchange.onRequestSent();
            readAhead();
            return;
        }
        if (!exchange.hasAnswerBegun()) {
            client.deadline().set(idle, this::onStalled);
        }
        if (connection.isWritable()) {
            client.read();
        }
    }

    private void onDropped(boolean last) {
        if (last) {
            exchange.onRequestDropped();
        } else {
            client.read();
        }
    }

    /** Keeps one read pending, so that a client that goes away is noticed; a pipelined request waits its turn. */
    private void readAhead() {
        if (complete && !exchange.hasEnded()) {
            client.read();
        }
    }

    private void onStalled() {
        AppStream connection = app;
        exchange.onRequestStalled(connection != null && !connection.isWritable());
    }
}
