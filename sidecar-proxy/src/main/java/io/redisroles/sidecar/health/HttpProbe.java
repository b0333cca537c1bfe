package io.redisroles.sidecar.health;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.redisroles.contract.AppProbe;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One GET, as the kubelet would have sent it: a connection of its own, and redirects followed on the same host and port only, ten
 * at most. Its body is read to the end, or to as much of it as the kubelet would read.
 */
final class HttpProbe extends SimpleChannelInboundHandler<HttpObject> {
    private static final int MOST_BODY = 10 * 1024;
    private static final int MOST_REDIRECTS = 10;

    private final AppProbe.HttpGet probe;
    private final HttpHeaders asked;
    private final URI target;
    private final int redirects;
    private final CompletableFuture<ProbeOutcome> outcome;
    private int status;
    private int read;
    private Optional<URI> next = Optional.empty();

    private HttpProbe(
            AppProbe.HttpGet probe,
            HttpHeaders asked,
            URI target,
            int redirects,
            CompletableFuture<ProbeOutcome> outcome) {
        this.probe = probe;
        this.asked = asked;
        this.target = target;
        this.redirects = redirects;
        this.outcome = outcome;
    }

    /** Asks; {@code asked} is the kubelet's request, whose host and agent the app gets to see. */
    static void ask(
            EventLoop loop, AppProbe.HttpGet probe, HttpHeaders asked, CompletableFuture<ProbeOutcome> outcome) {
        new HttpProbe(probe, asked, RequestLine.of(probe), 0, outcome).connect(loop);
    }

    private void connect(EventLoop loop) {
        ChannelFuture connecting = TcpProbe.bootstrap(loop, probe)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new HttpClientCodec()).addLast(HttpProbe.this);
                    }
                })
                .connect(TcpProbe.app(probe));
        connecting.addListener(connected -> {
            if (connected.isSuccess()) {
                var unused = connecting.channel().writeAndFlush(request());
                var unusedToo = outcome.whenComplete((known, failure) -> end(connecting.channel()));
            } else {
                outcome.complete(ProbeOutcome.unwell("no connection to port " + probe.port()));
            }
        });
    }

    private static void end(Channel channel) {
        var unused = channel.close();
    }

    private FullHttpRequest request() {
        FullHttpRequest request =
                new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, RequestLine.targetOf(target));
        HttpHeaders headers = request.headers();
        headers.set(HttpHeaderNames.HOST, host())
                .set(HttpHeaderNames.USER_AGENT, asked.get(HttpHeaderNames.USER_AGENT, "kube-probe/redisroles"))
                .set(HttpHeaderNames.ACCEPT, "*/*")
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        for (AppProbe.Header header : probe.headers()) {
            headers.remove(header.name());
        }
        for (AppProbe.Header header : probe.headers()) {
            headers.add(header.name(), header.value());
        }
        return request;
    }

    /** Where the kubelet thinks that it asks: this host, and the app's port. */
    private String host() {
        return asked.get(HttpHeaderNames.HOST, "127.0.0.1").replaceFirst(":[0-9]*$", "") + ":" + probe.port();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
        if (message.decoderResult().isFailure()) {
            outcome.complete(ProbeOutcome.senseless("the answer is not HTTP"));
            return;
        }
        if (message instanceof HttpResponse response
                && response.status().codeClass() != HttpStatusClass.INFORMATIONAL) {
            status = response.status().code();
            next = redirect(response);
        }
        if (message instanceof HttpContent content && status > 0) {
            read += content.content().readableBytes();
            if (content instanceof LastHttpContent || read > MOST_BODY) {
                finish(context);
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (next.isEmpty()) {
            outcome.complete(ProbeOutcome.unwell("the connection ended before the answer did"));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        outcome.complete(ProbeOutcome.unwell("the connection failed"));
    }

    private void finish(ChannelHandlerContext context) {
        if (next.isEmpty()) {
            outcome.complete(new ProbeOutcome(status, "HTTP " + status));
        } else if (redirects == MOST_REDIRECTS) {
            outcome.complete(ProbeOutcome.senseless("redirected more than " + MOST_REDIRECTS + " times"));
        } else {
            new HttpProbe(probe, asked, next.get(), redirects + 1, outcome)
                    .connect(context.channel().eventLoop());
            var unused = context.close();
        }
    }

    private Optional<URI> redirect(HttpResponse response) {
        String location = response.headers().get(HttpHeaderNames.LOCATION, "");
        boolean redirected = response.status().codeClass() == HttpStatusClass.REDIRECTION && !location.isEmpty();
        return redirected ? RequestLine.follow(target, location, host()) : Optional.empty();
    }
}
