package io.redisroles.sidecar.upstream;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.redisroles.sidecar.http2.Http2Codecs;
import io.redisroles.sidecar.transport.Transport;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The HTTP/2 connections of one event loop to the app, each for as many streams as the app takes. Everything happens on that
 * loop. A request waits only for a connection's first SETTINGS: before them nobody knows whether the app speaks HTTP/2.
 */
final class Http2Pool {
    private static final int MOST_CONNECTIONS = 32;
    private static final int MOST_WAITING = 1024;
    private static final int CONNECT_MILLIS = 2000;

    private final EventLoop loop;
    private final InetSocketAddress app;
    private final AppProtocol protocol;
    private final UpstreamPool http1;
    private final List<Http2AppConnection> connections = new ArrayList<>();
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private int connecting;

    Http2Pool(EventLoop loop, InetSocketAddress app, AppProtocol protocol, UpstreamPool http1) {
        this.loop = loop;
        this.app = app;
        this.protocol = protocol;
        this.http1 = http1;
    }

    void acquire(Reuse reuse, UpstreamListener listener) {
        for (Http2AppConnection connection : connections) {
            if (connection.hasRoom()) {
                connection.open(listener);
                return;
            }
        }
        if (waiting.size() >= MOST_WAITING || connections.size() + connecting >= MOST_CONNECTIONS) {
            listener.onFailure(UpstreamFailure.CONNECT);
            return;
        }
        waiting.addLast(new Waiting(reuse, listener));
        if (connecting == 0) {
            connect();
        }
    }

    private void connect() {
        connecting++;
        Http2AppConnection connection = new Http2AppConnection(this);
        new Bootstrap()
                .group(loop)
                .channel(Transport.here().client())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        Http2FrameCodec codec = Http2Codecs.client();
                        channel.pipeline()
                                .addLast(new FirstFrame(connection))
                                .addLast(codec)
                                .addLast(new Http2MultiplexHandler(new RefusedPush()))
                                .addLast(connection);
                    }
                })
                .connect(app)
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        connecting--;
                        protocol.unreachable();
                        failAll(UpstreamFailure.CONNECT);
                    }
                });
    }

    /** The app's settings have come: it speaks HTTP/2. */
    void ready(Http2AppConnection connection) {
        connecting--;
        connections.add(connection);
        while (!waiting.isEmpty() && connection.hasRoom()) {
            Waiting next = waiting.removeFirst();
            connection.open(next.listener);
        }
        if (!waiting.isEmpty() && connections.size() < MOST_CONNECTIONS) {
            connect();
        } else if (!waiting.isEmpty()) {
            failAll(UpstreamFailure.CONNECT);
        }
    }

    /** The app answered the preface with something else, or only by closing. */
    void refused(boolean answered) {
        connecting--;
        protocol.refusedHttp2(answered);
        List<Waiting> all = new ArrayList<>(waiting);
        waiting.clear();
        for (Waiting next : all) {
            http1.acquire(next.reuse, next.listener);
        }
    }

    /** The app said nothing in time; it may be merely slow, so nothing is concluded. */
    void silent() {
        connecting--;
        failAll(UpstreamFailure.TIMEOUT);
    }

    void forget(Http2AppConnection connection) {
        connections.remove(connection);
    }

    private void failAll(UpstreamFailure failure) {
        List<Waiting> all = new ArrayList<>(waiting);
        waiting.clear();
        for (Waiting next : all) {
            next.listener.onFailure(failure);
        }
    }

    private record Waiting(Reuse reuse, UpstreamListener listener) {}
}
