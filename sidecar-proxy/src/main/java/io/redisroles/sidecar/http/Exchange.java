package io.redisroles.sidecar.http;

import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.concurrent.ScheduledFuture;
import io.redisroles.sidecar.admission.MessageGate;
import io.redisroles.sidecar.admission.Problem;
import io.redisroles.sidecar.admission.RequestContext;
import io.redisroles.sidecar.admission.Verdict;
import io.redisroles.sidecar.config.PolicySnapshot;
import io.redisroles.sidecar.session.SessionWatch;
import io.redisroles.sidecar.socket.CloseReason;
import io.redisroles.sidecar.telemetry.BadInput;
import io.redisroles.sidecar.tunnel.Tunnel;
import io.redisroles.sidecar.upstream.UpstreamConnection;
import io.redisroles.sidecar.upstream.UpstreamFailure;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request and its answer: decided first, then streamed both ways ({@link RequestBody} to the app, {@link AnswerRelay} to
 * the client, {@link UpstreamAttempt} between them). Keeps the policy it began with, and ends exactly once. Everything
 * happens on the client's event loop.
 */
final class Exchange {
    /** An answer that takes longer ends with its session. */
    private static final Duration LONG_ANSWER = Duration.ofMillis(200);

    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    private final ClientStream client;
    private final HttpRequest request;
    private final RequestTarget target;
    private final PolicySnapshot policy;
    private final RequestShape shape;
    private final RequestBody body;

    private final @Nullable WebSocketUpgrade upgrade;

    private Verdict.@Nullable Admit admitted;
    private MessageGate gate = MessageGate.OPEN;
    private @Nullable ScheduledFuture<?> streaming;
    private SessionWatch.@Nullable Watch watch;
    private @Nullable UpstreamAttempt attempt;
    private @Nullable AnswerRelay answer;
    private boolean refused;
    private @Nullable Tunnel tunnel;
    private boolean ended;

    Exchange(ClientStream client, HttpRequest request, RequestTarget target) {
        this.client = client;
        this.request = request;
        this.target = target;
        this.policy = client.services().policy().snapshot();
        this.shape = RequestShape.of(request);
        this.upgrade = client.isUpgradable() ? WebSocketUpgrade.of(request).orElse(null) : null;
        this.body = new RequestBody(client, this, request);
    }

    void start() {
        body.begin();
        Optional<Problem> unusable = upgrade == null ? Optional.empty() : upgrade.problem();
        if (unusable.isPresent()) {
            refuse(Verdict.Reject.of(unusable.get()));
            return;
        }
        long asked = System.nanoTime();
        CompletableFuture<Verdict> decision =
                client.services().admission().check(context(), policy).toCompletableFuture();
        if (decision.isDone() && !decision.isCompletedExceptionally()) {
            client.services().metrics().decidedAfter(System.nanoTime() - asked);
            onVerdict(decision.join());
        } else {
            var unused = decision.whenComplete((verdict, failure) -> {
                client.services().metrics().decidedAfter(System.nanoTime() - asked);
                onDecision(verdict, failure);
            });
        }
    }

    private RequestContext context() {
        return new RequestContext(
                request.method().name(),
                target.segments(),
                client.peer(),
                name -> request.headers().getAll(name));
    }

    private void onDecision(@Nullable Verdict verdict, @Nullable Throwable failure) {
        if (!client.loop().inEventLoop()) {
            client.loop().execute(() -> onDecision(verdict, failure));
        } else if (verdict != null) {
            onVerdict(verdict);
        } else {
            // Our own mistake, not a missing store: refuse, and say what.
            LOG.atError().setCause(failure).log("A request could not be decided");
            onVerdict(Verdict.Reject.of(Problem.STORE_UNAVAILABLE));
        }
    }

    private void onVerdict(Verdict verdict) {
        if (verdict instanceof Verdict.Admit admit) {
            admitted = admit;
            if (ended) {
                announceEnd();
            } else {
                forward(admit);
            }
        } else if (verdict instanceof Verdict.Reject reject && !ended) {
            refuse(reject);
        }
    }

    /** An admitted request goes on; one whose limit paces it waits for its turn. */
    private void forward(Verdict.Admit admit) {
        admit.permit().onLost(() -> client.loop().execute(this::onPermitLost));
        if (admit.delay().isZero()) {
            forwardNow(admit);
        } else {
            var unused = client.loop()
                    .schedule(() -> forwardNow(admit), admit.delay().toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** Others may be admitted in its place soon: it ends, as if the app had gone. */
    private void onPermitLost() {
        Tunnel socket = tunnel;
        if (socket != null) {
            socket.endSoon(CloseReason.STORE_UNAVAILABLE);
        } else if (!ended) {
            fail(Problem.STORE_UNAVAILABLE);
        }
    }

    private void forwardNow(Verdict.Admit admit) {
        if (ended) {
            return;
        }
        boolean trusted = policy.clients().isTrusted(client.peer());
        AnswerRelay relay = new AnswerRelay(client, this, shape, admit);
        answer = relay;
        if (upgrade != null) {
            gate = client.services()
                    .admission()
                    .messages(context(), policy, admit); // while its fields are the client's
        }
        ForwardedRequest forwarded = ForwardedRequest.of(request, target, client, trusted, admit);
        if (upgrade != null) {
            upgrade.writeTo(forwarded.head());
        }
        UpstreamAttempt begun = new UpstreamAttempt(
                this,
                client.services().pools().apply(client.loop()),
                forwarded,
                body,
                relay,
                shape.idempotent() && !body.isPresent() && upgrade == null);
        attempt = begun;
        begun.begin();
    }

    /** From the client. */
    void onRequestContent(HttpContent content) {
        body.onContent(content);
    }

    /** The client takes more of the answer. */
    void onClientWritable() {
        UpstreamAttempt current = attempt;
        if (current != null && hasAnswerBegun()) {
            current.read();
        }
    }

    /** The client is gone. */
    void abandon() {
        if (markEnded()) {
            endAttempt(false);
        }
    }

    boolean isRequestComplete() {
        return body.isComplete();
    }

    boolean hasEnded() {
        return ended;
    }

    boolean hasAnswerBegun() {
        AnswerRelay current = answer;
        return refused || (current != null && current.hasBegun());
    }

    /** Whether the client can send nothing more after the answer that is about to begin. */
    boolean isLastAnswer() {
        return !shape.keepAlive() || !body.isComplete() || client.isLastAnswer();
    }

    /** The app has been sent all of it. */
    void onRequestSent() {
        if (!hasAnswerBegun()) {
            Timeouts timeouts = client.services().timeouts();
            // A stream of gRPC may have nothing to say for long, not even its head, and its client sets a deadline of
            // its own.
            client.deadline().set(shape.grpc() ? timeouts.answerIdle() : timeouts.upstream(), this::onAnswerOverdue);
        }
    }

    void onRequestMalformed() {
        client.services().metrics().refused(BadInput.MALFORMED);
        fail(Problem.BAD_REQUEST);
    }

    void onRequestStalled(boolean byApp) {
        if (!byApp) {
            client.services().metrics().refused(BadInput.SLOW_BODY);
        }
        fail(byApp ? Problem.UPSTREAM_TIMEOUT : Problem.REQUEST_TIMEOUT);
    }

    /** All of a refused request has been read. */
    void onRequestDropped() {
        end(false);
    }

    /** The app wants to go on in another protocol; only for a request that was forwarded with {@code Upgrade}. */
    void onSwitchingProtocols(HttpResponse response) {
        UpstreamAttempt current = attempt;
        Verdict.Admit decided = admitted;
        if (upgrade == null
                || current == null
                || decided == null
                || !body.isComplete()
                || !upgrade.isAcceptedBy(response)) {
            onUpstreamFailed(UpstreamFailure.MALFORMED); // nobody asked for it
            return;
        }
        attempt = null;
        ended = true; // announced when the socket closes: it holds until then what the request held
        client.answering(false);
        FullHttpResponse accepted = upgrade.answer(response);
        client.services().rateLimits().write(accepted.headers(), decided);
        client.write(accepted);
        client.flush();
        UpstreamConnection app = current.handOver();
        Tunnel socket = new Tunnel(client.channel(), app.channel(), this::announceEnd);
        tunnel = socket;
        socket.begin(client.services().sockets().open(decided.session(), policy.section(), gate, socket::endSoon));
        client.handOver(socket.clientEnd(), () -> app.handOver(socket.appEnd()));
        socket.flow();
    }

    /** The answer has begun, and there is more to come than was there at once. */
    void onAnswerContinues() {
        Verdict.Admit decided = admitted;
        if (ended || streaming != null || decided == null || decided.session().isEmpty()) {
            return;
        }
        // Most answers are over by then, and cost no look at their session.
        streaming = client.loop().schedule(() -> watch(decided), LONG_ANSWER.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void watch(Verdict.Admit decided) {
        watch = client.services()
                .sockets()
                .watch(decided.session(), policy.section(), () -> client.loop().execute(this::onSessionEnded));
    }

    /** What still streams is cut off, so that nobody takes it for whole. */
    private void onSessionEnded() {
        if (markEnded()) {
            endAttempt(false);
            client.close();
        }
    }

    void onAnswerComplete(boolean appKeepsAlive, boolean last) {
        endAttempt(appKeepsAlive && body.isComplete());
        end(last);
    }

    /** The app will not answer this request, or not to the end. */
    void onUpstreamFailed(UpstreamFailure failure) {
        if (ended) {
            return;
        }
        client.services().metrics().upstreamFailed(failure.label());
        fail(failure == UpstreamFailure.TIMEOUT ? Problem.UPSTREAM_TIMEOUT : Problem.UPSTREAM_UNAVAILABLE);
    }

    /** The app has ended this request alone, for a reason of its own that the client gets to know. */
    void onUpstreamReset(long code) {
        endAttempt(false);
        if (markEnded()) {
            client.services().metrics().upstreamFailed("reset");
            client.reset(code);
        }
    }

    private void onAnswerOverdue() {
        onUpstreamFailed(UpstreamFailure.TIMEOUT);
    }

    /** Gives up: with an answer if none has begun, else so that the client sees that it is cut off. */
    private void fail(Problem problem) {
        endAttempt(false);
        if (ended) {
            return;
        }
        if (hasAnswerBegun()) {
            client.flush();
            client.close();
            return;
        }
        Verdict.Admit decided = admitted;
        refuse(
                decided == null
                        ? Verdict.Reject.of(problem)
                        : new Verdict.Reject(problem, "", decided.quotas(), decided.source()));
    }

    private void refuse(Verdict.Reject refusal) {
        refused = true;
        boolean last = !shape.keepAlive() || client.isLastAnswer() || !isRestReadable(refusal.problem());
        FullHttpResponse own = shape.grpc()
                ? client.services().answers().grpc(refusal)
                : client.services().answers().of(refusal);
        if (last) {
            own.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (shape.oldClient()) {
            own.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
        client.answering(shape.head());
        client.write(own);
        client.flushSoon();
        if (last || body.isComplete()) {
            end(last);
        } else {
            body.drop();
        }
    }

    private boolean isRestReadable(Problem problem) {
        return body.isComplete()
                || (problem != Problem.BAD_REQUEST && problem != Problem.REQUEST_TIMEOUT && body.isWorthDropping());
    }

    private void end(boolean closeConnection) {
        if (!markEnded()) {
            return;
        }
        if (closeConnection || client.isLastAnswer()) {
            client.closeGracefully();
        } else {
            client.exchangeDone();
        }
    }

    /** True once. */
    private boolean markEnded() {
        if (ended) {
            return false;
        }
        ended = true;
        ScheduledFuture<?> timer = streaming;
        if (timer != null) {
            timer.cancel(false);
        }
        SessionWatch.Watch watched = watch;
        if (watched != null) {
            watched.close();
        }
        announceEnd();
        return true;
    }

    /** Called once for each admitted request, when nothing more will be done for it: what it held can be given back. */
    private void announceEnd() {
        Verdict.Admit held = admitted;
        if (held != null) {
            held.permit().close();
        }
    }

    private void endAttempt(boolean reusable) {
        UpstreamAttempt current = attempt;
        attempt = null;
        if (current != null) {
            current.end(reusable);
        }
    }
}
