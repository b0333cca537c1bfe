package io.redisroles.sidecar.http;

import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.redisroles.sidecar.admission.Problem;
import io.redisroles.sidecar.admission.RequestContext;
import io.redisroles.sidecar.admission.Verdict;
import io.redisroles.sidecar.config.PolicySnapshot;
import io.redisroles.sidecar.upstream.UpstreamConnection;
import io.redisroles.sidecar.upstream.UpstreamFailure;
import io.redisroles.sidecar.upstream.UpstreamListener;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request and its answer: decided first, then streamed both ways, each side read only while the other can take more.
 * Keeps the policy it began with. Everything happens on the client's event loop.
 */
final class Exchange implements UpstreamListener {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
    private static final Duration BODY_IDLE = Duration.ofSeconds(30);
    private static final Duration CLIENT_STALL = Duration.ofSeconds(60);
    /** Long, because an event stream may have nothing to say. */
    private static final Duration ANSWER_IDLE = Duration.ofHours(1);

    private static final long MAX_DROPPED_BODY = 64 * 1024L;
    /** RFC 9110 §9.2.2. */
    private static final Set<HttpMethod> IDEMPOTENT = Set.of(
            HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.PUT, HttpMethod.DELETE, HttpMethod.TRACE);

    private final ClientConnection client;
    private final HttpRequest request;
    private final RequestTarget target;
    private final PolicySnapshot policy;
    private final ForwardedRequest forwarded;
    private final boolean keepAlive;
    private final boolean hasBody;

    private @Nullable UpstreamConnection upstream;
    private @Nullable Verdict verdict;
    private boolean requestComplete;
    private boolean replayed;
    private boolean interim;
    private boolean answerBegun;
    private boolean answerLast;
    private boolean upstreamKeepAlive;
    private boolean dropping;
    private boolean ended;

    Exchange(ClientConnection client, HttpRequest request, RequestTarget target) {
        this.client = client;
        this.request = request;
        this.target = target;
        this.policy = client.services().policy().snapshot();
        this.forwarded = new ForwardedRequest(request, target);
        this.keepAlive = HttpUtil.isKeepAlive(request);
        this.hasBody = HttpUtil.isTransferEncodingChunked(request) || HttpUtil.getContentLength(request, 0L) > 0;
    }

    void start() {
        if (!hasBody) {
            client.read(); // the end of the request, which is there already
        }
        RequestContext context = new RequestContext(
                request.method().name(),
                target.segments(),
                client.peer(),
                name -> request.headers().getAll(name));
        client.services().admission().check(context, policy).whenComplete((decided, failure) -> {
            if (client.loop().inEventLoop()) {
                onVerdict(decided, failure);
            } else {
                client.loop().execute(() -> onVerdict(decided, failure));
            }
        });
    }

    boolean isRequestComplete() {
        return requestComplete;
    }

    /** The client is gone. */
    void abandon() {
        ended = true;
        closeUpstream();
    }

    void onRequestContent(HttpContent content) {
        boolean last = content instanceof LastHttpContent;
        if (content.decoderResult().isFailure()) {
            ReferenceCountUtil.release(content);
            client.services().metrics().malformedRequest();
            fail(Problem.BAD_REQUEST);
            return;
        }
        requestComplete |= last;
        UpstreamConnection connection = upstream;
        if (dropping) {
            ReferenceCountUtil.release(content);
            onDropped(last);
        } else if (!hasBody || connection == null) {
            ReferenceCountUtil.release(content);
            readAhead();
        } else {
            if (content instanceof LastHttpContent end) {
                IdentityFields.stripLookAlikes(end.trailingHeaders());
            }
            connection.write(content);
            connection.flush();
            onBodyPartSent(connection, last);
        }
    }

    void onClientWritable() {
        UpstreamConnection connection = upstream;
        if (connection != null && answerBegun) {
            connection.read();
        }
    }

    private void onVerdict(@Nullable Verdict decided, @Nullable Throwable failure) {
        if (ended) {
            return;
        }
        if (decided instanceof Verdict.Admit admit) {
            verdict = admit;
            forwarded.identify(client, policy, admit);
            connect(isReplayable());
        } else if (decided instanceof Verdict.Reject reject) {
            answer(reject);
        } else {
            // Our own mistake, not a missing store: refuse, and say what.
            LOG.atError().setCause(failure).log("A request could not be decided");
            answer(Verdict.Reject.of(Problem.STORE_UNAVAILABLE));
        }
    }

    private void connect(boolean mayReuse) {
        client.services().pools().apply(client.loop()).acquire(mayReuse, this, this::onConnected);
    }

    private void onConnected(UpstreamConnection connection) {
        if (ended) {
            connection.close();
            return;
        }
        upstream = connection;
        connection.write(forwarded.head());
        if (hasBody) {
            client.deadline().set(BODY_IDLE, this::onBodyStalled);
            client.read();
        } else {
            connection.write(LastHttpContent.EMPTY_LAST_CONTENT);
            awaitAnswer();
        }
        connection.flush();
        connection.read();
    }

    private void onBodyPartSent(UpstreamConnection connection, boolean last) {
        if (last) {
            if (!answerBegun) {
                awaitAnswer();
            }
            readAhead();
            return;
        }
        if (!answerBegun) {
            client.deadline().set(BODY_IDLE, this::onBodyStalled);
        }
        if (connection.isWritable()) {
            client.read();
        }
    }

    /** Keeps one read pending, so that a client that goes away is noticed; a pipelined request waits its turn. */
    private void readAhead() {
        if (requestComplete && !ended) {
            client.read();
        }
    }

    private void awaitAnswer() {
        client.deadline().set(client.services().upstreamTimeout(), () -> {
            closeUpstream();
            onFailure(UpstreamFailure.TIMEOUT);
        });
    }

    private void onBodyStalled() {
        UpstreamConnection connection = upstream;
        boolean appStalls = connection != null && !connection.isWritable();
        fail(appStalls ? Problem.UPSTREAM_TIMEOUT : Problem.REQUEST_TIMEOUT);
    }

    @Override
    public void onResponse(HttpResponse response) {
        if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
            onInterim(response);
            return;
        }
        answerBegun = true;
        upstreamKeepAlive = HttpUtil.isKeepAlive(response);
        ForwardedAnswer answer = new ForwardedAnswer(response, request);
        answerLast = !keepAlive || !requestComplete || client.isLastAnswer() || answer.endsWithConnection();
        Verdict decided = verdict;
        if (decided != null) {
            client.services().rateLimits().write(response.headers(), decided);
        }
        client.answering(request.method().equals(HttpMethod.HEAD));
        client.write(answer.head(answerLast));
    }

    private void onInterim(HttpResponse response) {
        if (response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
            closeUpstream();
            onFailure(UpstreamFailure.MALFORMED); // nobody asked for it
            return;
        }
        interim = true;
        if (request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
            FullHttpResponse copy = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, response.status());
            copy.headers().add(response.headers());
            HopByHop.strip(copy.headers());
            client.write(copy);
        }
    }

    @Override
    public void onContent(HttpContent content) {
        boolean last = content instanceof LastHttpContent;
        if (interim) {
            ReferenceCountUtil.release(content);
            interim = !last;
            return;
        }
        client.write(content);
        if (last) {
            onAnswerComplete();
        }
    }

    @Override
    public void onReadComplete() {
        client.flush();
        UpstreamConnection connection = upstream;
        if (connection == null) {
            return;
        }
        if (client.isWritable()) {
            if (answerBegun) {
                client.deadline().set(ANSWER_IDLE, client::close);
            }
            connection.read();
        } else {
            client.deadline().set(CLIENT_STALL, client::close);
        }
    }

    @Override
    public void onWritable() {
        if (hasBody && !requestComplete && !dropping) {
            client.read();
        }
    }

    @Override
    public void onFailure(UpstreamFailure failure) {
        UpstreamConnection failed = upstream;
        upstream = null;
        if (ended) {
            return;
        }
        if (answerBegun) {
            client.services().metrics().upstreamFailed(failure.label());
            client.close(); // truncated, and the client can tell
        } else if (failure == UpstreamFailure.CLOSED
                && failed != null
                && failed.isReused()
                && isReplayable()
                && !replayed) {
            // The app closed an idle connection just as it was used: it has not seen the request.
            replayed = true;
            connect(false);
        } else {
            client.services().metrics().upstreamFailed(failure.label());
            fail(failure == UpstreamFailure.TIMEOUT ? Problem.UPSTREAM_TIMEOUT : Problem.UPSTREAM_UNAVAILABLE);
        }
    }

    private void onAnswerComplete() {
        client.flush();
        UpstreamConnection connection = upstream;
        upstream = null;
        if (connection != null) {
            if (requestComplete && upstreamKeepAlive) {
                connection.release();
            } else {
                connection.close();
            }
        }
        end(answerLast);
    }

    /** Gives up: with an answer if none has begun. */
    private void fail(Problem problem) {
        closeUpstream();
        if (answerBegun || ended) {
            client.close();
            return;
        }
        Verdict decided = verdict;
        answer(
                decided == null
                        ? Verdict.Reject.of(problem)
                        : new Verdict.Reject(problem, "", decided.quotas(), decided.source()));
    }

    private void answer(Verdict.Reject refusal) {
        answerBegun = true;
        boolean last = !keepAlive || client.isLastAnswer() || !isBodyWorthDropping(refusal.problem());
        FullHttpResponse answer = client.services().answers().of(refusal);
        if (last) {
            answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
            answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
        client.answering(request.method().equals(HttpMethod.HEAD));
        client.write(answer);
        client.flush();
        if (last || requestComplete) {
            end(last);
        } else {
            dropping = true;
            client.deadline().set(BODY_IDLE, client::close);
            client.read();
        }
    }

    /** Whether reading the rest of a refused request is cheaper than a new connection, and safe. */
    private boolean isBodyWorthDropping(Problem problem) {
        if (requestComplete || !hasBody) {
            return true;
        }
        return problem != Problem.BAD_REQUEST
                && problem != Problem.REQUEST_TIMEOUT
                && !HttpUtil.is100ContinueExpected(request)
                && HttpUtil.getContentLength(request, Long.MAX_VALUE) <= MAX_DROPPED_BODY;
    }

    private void onDropped(boolean last) {
        if (last) {
            end(false);
        } else {
            client.read();
        }
    }

    private void end(boolean closeConnection) {
        if (ended) {
            return;
        }
        ended = true;
        if (closeConnection || client.isLastAnswer()) {
            client.closeGracefully();
        } else {
            client.exchangeDone();
        }
    }

    private boolean isReplayable() {
        return !hasBody && IDEMPOTENT.contains(request.method());
    }

    private void closeUpstream() {
        UpstreamConnection connection = upstream;
        upstream = null;
        if (connection != null) {
            connection.close();
        }
    }
}
