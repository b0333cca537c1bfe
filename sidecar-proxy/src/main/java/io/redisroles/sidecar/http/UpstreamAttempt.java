package io.redisroles.sidecar.http;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.redisroles.sidecar.upstream.AppStream;
import io.redisroles.sidecar.upstream.Reuse;
import io.redisroles.sidecar.upstream.UpstreamConnection;
import io.redisroles.sidecar.upstream.UpstreamFailure;
import io.redisroles.sidecar.upstream.UpstreamListener;
import io.redisroles.sidecar.upstream.UpstreamPool;
import org.jspecify.annotations.Nullable;

/**
 * One request at the app: finds a connection, sends the head, and sends it once more if the app closed the idle connection
 * just as it was used.
 */
final class UpstreamAttempt implements UpstreamListener {
    /** RFC 9113 §8.7: the app has done nothing for the request. */
    private static final long REFUSED_STREAM = 7;

    private final Exchange exchange;
    private final UpstreamPool pool;
    private final ForwardedRequest request;
    private final RequestBody body;
    private final AnswerRelay answer;
    private final boolean replayable;

    private @Nullable AppStream connection;
    private boolean replayed;
    private boolean over;

    UpstreamAttempt(
            Exchange exchange,
            UpstreamPool pool,
            ForwardedRequest request,
            RequestBody body,
            AnswerRelay answer,
            boolean replayable) {
        this.exchange = exchange;
        this.pool = pool;
        this.request = request;
        this.body = body;
        this.answer = answer;
        this.replayable = replayable;
    }

    void begin() {
        acquire(replayable ? Reuse.ANY : Reuse.PROVEN);
    }

    /** A client that speaks HTTP/2 means an app that does. */
    private void acquire(Reuse reuse) {
        if (request.overHttp2()) {
            pool.acquireHttp2(reuse, this);
        } else {
            pool.acquire(reuse, this);
        }
    }

    /** Lets the app go on with its answer. */
    void read() {
        AppStream current = connection;
        if (current != null) {
            current.read();
        }
    }

    /** The exchange has got all it wanted. */
    void end(boolean reusable) {
        over = true;
        AppStream current = detach();
        if (current != null) {
            if (reusable) {
                current.release();
            } else {
                current.close();
            }
        }
    }

    /** Leaves the connection to what follows HTTP. */
    UpstreamConnection handOver() {
        over = true;
        if (detach() instanceof UpstreamConnection current) {
            return current;
        }
        throw new IllegalStateException("only an HTTP/1.1 connection that has answered is handed over");
    }

    @Override
    public void onConnected(AppStream connected) {
        if (over) {
            connected.release(); // nothing was sent on it
            return;
        }
        connection = connected;
        connected.write(connected.isHttp2() ? request.head() : request.headForHttp1());
        body.streamTo(connected);
        connected.flushSoon();
        connected.read();
    }

    @Override
    public void onResponse(HttpResponse response) {
        answer.onHead(response);
    }

    @Override
    public void onContent(HttpContent content) {
        answer.onContent(content);
    }

    @Override
    public void onReadComplete() {
        if (answer.onReadComplete()) {
            read();
        }
    }

    @Override
    public void onWritable() {
        body.onAppWritable();
    }

    @Override
    public void onFailure(UpstreamFailure failure) {
        AppStream failed = detach();
        if (over) {
            return;
        }
        boolean closedWhileIdle =
                failure == UpstreamFailure.CLOSED && failed != null && failed.isReused() && !answer.hasHeard();
        if (closedWhileIdle && replayable && !replayed) {
            replayed = true;
            acquire(Reuse.NEVER);
        } else {
            exchange.onUpstreamFailed(failure);
        }
    }

    @Override
    public void onReset(long code) {
        var unused = detach();
        if (over) {
            return;
        }
        boolean unseen = code == REFUSED_STREAM && !answer.hasHeard() && !body.isPresent();
        if (unseen && !replayed) {
            replayed = true;
            acquire(Reuse.NEVER);
        } else {
            exchange.onUpstreamReset(code);
        }
    }

    private @Nullable AppStream detach() {
        AppStream current = connection;
        connection = null;
        body.detach();
        return current;
    }
}
