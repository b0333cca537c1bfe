package io.redisroles.sidecar;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOutboundInvoker;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** An app behind the proxy that speaks nothing but HTTP/2; answers by path. */
public final class Http2App implements AutoCloseable {
    private static final int BLOCK = 16 * 1024;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Channel listener;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final List<Long> resets = new CopyOnWriteArrayList<>();
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final Queue<Channel> open = new ConcurrentLinkedQueue<>();
    private final Queue<Channel> held = new ConcurrentLinkedQueue<>();

    public Http2App(int mostStreams) {
        Http2Settings settings = Http2Settings.defaultSettings().maxConcurrentStreams(mostStreams);
        listener = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.incrementAndGet();
                        open.add(channel);
                        channel.pipeline()
                                .addLast(Http2FrameCodecBuilder.forServer()
                                        .initialSettings(settings)
                                        .build())
                                .addLast(new Http2MultiplexHandler(new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel stream) {
                                        stream.pipeline().addLast(new Stream());
                                    }
                                }));
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    public int connections() {
        return connections.get();
    }

    /** Octets of bodies that have left the app. */
    public long sent() {
        return sent.get();
    }

    /** Octets of bodies that have come to it. */
    public long received() {
        return received.get();
    }

    /** Error codes of the streams that were reset by the other side. */
    public List<Long> resets() {
        return resets;
    }

    /** The header blocks of all requests. */
    public List<String> heads() {
        return heads;
    }

    /** Streams of {@code /app/hold} that wait for {@link #letGo}. */
    public int held() {
        return held.size();
    }

    /** Answers what is held. */
    public void letGo() {
        for (Channel stream = held.poll(); stream != null; stream = held.poll()) {
            send(stream, new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200"), true));
        }
    }

    /** Tells every connection to end. */
    public void goAway() {
        open.forEach(channel -> send(channel, new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR)));
    }

    private static void send(ChannelOutboundInvoker to, Object frame) {
        var unused = to.writeAndFlush(frame);
    }

    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        open.forEach(channel -> {
            var unused = channel.close();
        });
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private final class Stream extends ChannelInboundHandlerAdapter {
        private String path = "";
        private String head = "";
        private long body;
        private long left;
        private @Nullable Http2Headers trailers;

        @Override
        public void channelRead(ChannelHandlerContext context, Object frame) {
            if (frame instanceof Http2HeadersFrame headers) {
                if (path.isEmpty()) {
                    path = headers.headers().path().toString();
                    StringBuilder text = new StringBuilder();
                    headers.headers()
                            .forEach(field -> text.append(field.getKey())
                                    .append(": ")
                                    .append(field.getValue())
                                    .append('\n'));
                    head = text.toString();
                    heads.add(head);
                    begin(context);
                } else {
                    trailers = headers.headers();
                }
                if (headers.isEndStream()) {
                    end(context);
                }
            } else if (frame instanceof Http2DataFrame data) {
                body += data.content().readableBytes();
                received.addAndGet(data.content().readableBytes());
                if (path.equals("/app/echo")) {
                    send(context, new DefaultHttp2DataFrame(data.content(), false));
                } else {
                    data.release();
                }
                if (data.isEndStream()) {
                    end(context);
                }
            } else {
                ReferenceCountUtil.release(frame);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof Http2ResetFrame reset) {
                resets.add(reset.errorCode());
                var unused = context.close(); // with what a deaf stream has not read
            }
        }

        private void begin(ChannelHandlerContext context) {
            if (path.equals("/app/echo")) {
                head(context, "200", false);
            } else if (path.equals("/app/deaf")) {
                context.channel().config().setAutoRead(false);
            } else if (path.startsWith("/app/reset=")) {
                send(context, new DefaultHttp2ResetFrame(Long.parseLong(path.substring(11))));
            } else if (path.startsWith("/app/late-reset=")) {
                head(context, "200", false);
                send(context, new DefaultHttp2ResetFrame(Long.parseLong(path.substring(16))));
            } else if (path.equals("/app/early")) {
                head(context, "200", true);
                send(context, new DefaultHttp2ResetFrame(Http2Error.NO_ERROR));
            }
        }

        private void end(ChannelHandlerContext context) {
            if (path.startsWith("/app/big=")) {
                left = Long.parseLong(path.substring(9));
                head(context, "200", false);
                pump(context);
            } else if (path.equals("/app/hold")) {
                held.add(context.channel());
            } else if (path.equals("/app/echo")) {
                Http2Headers after = new DefaultHttp2Headers().add("grpc-status", "0");
                if (trailers != null) {
                    trailers.forEach(field -> after.add("echo-" + field.getKey(), field.getValue()));
                }
                send(context, new DefaultHttp2HeadersFrame(after, true));
            } else if (path.equals(
                    "/grpc.health.v1.Health/Check")) { // well, unless it is asked about a service by name
                head(context, "200", false);
                byte[] status = {0, 0, 0, 0, 2, 8, (byte) (body > 5 ? 2 : 1)};
                send(context, new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(status), false));
                send(context, new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().add("grpc-status", "0"), true));
            } else if (path.equals("/app/hints")) {
                send(
                        context,
                        new DefaultHttp2HeadersFrame(
                                new DefaultHttp2Headers().status("103").add("link", "</style.css>; rel=preload"),
                                false));
                text(context, "with hints");
            } else if (path.equals("/app/trailers-only")) {
                send(
                        context,
                        new DefaultHttp2HeadersFrame(
                                new DefaultHttp2Headers()
                                        .status("200")
                                        .add("content-type", "application/grpc")
                                        .add("grpc-status", "5"),
                                true));
            } else if (head.contains(":method: HEAD\n")) {
                send(
                        context,
                        new DefaultHttp2HeadersFrame(
                                new DefaultHttp2Headers().status("200").add("content-length", "42"), true));
            } else if (!path.equals("/app/early") && !path.contains("reset=")) {
                text(context, head + "body=" + body + "\n");
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            pump(context);
        }

        private void pump(ChannelHandlerContext context) {
            while (left > 0 && context.channel().isWritable()) {
                int size = (int) Math.min(left, BLOCK);
                left -= size;
                ByteBuf block = context.alloc().buffer(size).writeZero(size);
                context.writeAndFlush(new DefaultHttp2DataFrame(block, left == 0))
                        .addListener(written -> sent.addAndGet(written.isSuccess() ? size : 0));
            }
        }

        private void text(ChannelHandlerContext context, String text) {
            head(context, "200", false);
            send(context, new DefaultHttp2DataFrame(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1), true));
        }

        private void head(ChannelHandlerContext context, String status, boolean ends) {
            send(
                    context,
                    new DefaultHttp2HeadersFrame(
                            new DefaultHttp2Headers().status(status).add("content-type", "text/plain"), ends));
        }
    }
}
