package io.redisroles.sample;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** The listening server. */
final class AppServer implements AutoCloseable {
    private static final int LARGEST_MESSAGE = 64 * 1024;
    private static final int THREADS = 2;
    private static final WebSocketServerProtocolConfig WEB_SOCKET = WebSocketServerProtocolConfig.newBuilder()
            .websocketPath(Route.ECHO.path())
            .checkStartsWith(true)
            .decoderConfig(WebSocketDecoderConfig.newBuilder()
                    .maxFramePayloadLength(LARGEST_MESSAGE)
                    .build())
            .build();

    private final EventLoopGroup loops;
    private final Channel listener;

    private AppServer(EventLoopGroup loops, Channel listener) {
        this.loops = loops;
        this.listener = listener;
    }

    /**
     * Serves from now on.
     *
     * @param port 0 for any that is free
     * @throws IOException if the address cannot be listened on
     */
    static AppServer start(String host, int port, Routes routes) throws IOException {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(THREADS, NioIoHandler.newFactory());
        ChannelFuture bound = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new Connection(routes))
                .bind(host, port)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
            throw new IOException(
                    "cannot listen on " + host + ":" + port + ": "
                            + bound.cause().getMessage(),
                    bound.cause());
        }
        return new AppServer(loops, bound.channel());
    }

    /** As {@code host:port}, with the port that was picked. */
    String address() {
        return NetUtil.toSocketAddressString((InetSocketAddress) listener.localAddress());
    }

    @Override
    public void close() {
        listener.close().awaitUninterruptibly();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private static final class Connection extends ChannelInitializer<SocketChannel> {
        private final Routes routes;

        private Connection(Routes routes) {
            this.routes = routes;
        }

        @Override
        protected void initChannel(SocketChannel channel) {
            channel.pipeline()
                    .addLast(new HttpServerCodec())
                    .addLast(new HttpServerKeepAliveHandler())
                    .addLast(new HttpObjectAggregator(LARGEST_MESSAGE))
                    // After the aggregator, so that what it holds back are whole requests.
                    .addLast(new FlowControlHandler())
                    .addLast(new RequestHandler(routes))
                    .addLast(new WebSocketServerProtocolHandler(WEB_SOCKET))
                    .addLast(new WebSocketFrameAggregator(LARGEST_MESSAGE))
                    .addLast(new EchoHandler());
        }
    }
}
