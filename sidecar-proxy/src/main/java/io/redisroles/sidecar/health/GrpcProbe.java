package io.redisroles.sidecar.health;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.redisroles.contract.AppProbe;
import io.redisroles.sidecar.upstream.AppStream;
import io.redisroles.sidecar.upstream.UpstreamFailure;
import io.redisroles.sidecar.upstream.UpstreamListener;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One call of {@code grpc.health.v1.Health/Check}. Everything happens on its event loop. */
final class GrpcProbe implements UpstreamListener {
    private static final String METHOD = "/grpc.health.v1.Health/Check";
    private static final String STATUS = "grpc-status";
    private static final int MOST_BODY = 1024;

    private final AppProbe.Grpc probe;
    private final CompletableFuture<ProbeOutcome> outcome;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private @Nullable AppStream stream;
    private String status = "";

    GrpcProbe(AppProbe.Grpc probe, CompletableFuture<ProbeOutcome> outcome) {
        this.probe = probe;
        this.outcome = outcome;
    }

    /** Gives up what is still open. */
    void end() {
        AppStream open = stream;
        stream = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void onConnected(AppStream connected) {
        if (outcome.isDone() || !connected.isHttp2()) {
            connected.close();
            outcome.complete(ProbeOutcome.senseless("port " + probe.port() + " does not speak HTTP/2"));
            return;
        }
        stream = connected;
        HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, METHOD);
        head.headers()
                .set(HttpHeaderNames.HOST, "127.0.0.1:" + probe.port())
                .set(HttpHeaderNames.CONTENT_TYPE, "application/grpc")
                .set(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS)
                .set(HttpHeaderNames.USER_AGENT, "kube-probe/redisroles")
                .set("grpc-timeout", probe.timeout().toMillis() + "m");
        connected.write(head);
        connected.write(new DefaultLastHttpContent(HealthMessage.request(probe.service())));
        connected.flush();
        connected.read();
    }

    @Override
    public void onResponse(HttpResponse response) {
        learn(response.headers());
    }

    @Override
    public void onContent(HttpContent content) {
        ByteBuf bytes = content.content();
        if (body.size() + bytes.readableBytes() <= MOST_BODY) {
            body.writeBytes(ByteBufUtil.getBytes(bytes));
        }
        if (content instanceof LastHttpContent last) {
            learn(last.trailingHeaders());
            stream = released();
            outcome.complete(answer());
        }
        content.release();
    }

    @Override
    public void onReadComplete() {
        AppStream open = stream;
        if (open != null) {
            open.read();
        }
    }

    @Override
    public void onWritable() {
        // all was written at once
    }

    @Override
    public void onFailure(UpstreamFailure failure) {
        stream = null;
        outcome.complete(ProbeOutcome.unwell("port " + probe.port() + ": " + failure.label()));
    }

    @Override
    public void onReset(long code) {
        stream = null;
        outcome.complete(ProbeOutcome.unwell("the app reset the call with " + code));
    }

    private void learn(HttpHeaders fields) {
        String said = fields.get(STATUS, "");
        if (!said.isEmpty()) {
            status = said;
        }
    }

    private @Nullable AppStream released() {
        AppStream open = stream;
        if (open != null) {
            open.release();
        }
        return null;
    }

    private ProbeOutcome answer() {
        if (!status.equals("0")) {
            return ProbeOutcome.unwell("gRPC status " + (status.matches("[0-9]{1,2}") ? status : "unknown"));
        }
        return HealthMessage.isServing(Unpooled.wrappedBuffer(body.toByteArray()))
                ? ProbeOutcome.well("SERVING")
                : ProbeOutcome.unwell("not SERVING");
    }
}
