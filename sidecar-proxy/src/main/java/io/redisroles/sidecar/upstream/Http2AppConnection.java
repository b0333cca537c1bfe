package io.redisroles.sidecar.upstream;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.codec.http2.Http2StreamChannelOption;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.redisroles.sidecar.http2.Http2Codecs;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One HTTP/2 connection to the app and the streams on it. Everything happens on its event loop. */
final class Http2AppConnection extends ChannelInboundHandlerAdapter {
    private static final long SETTINGS_SECONDS = 5;
    private static final long IDLE_SECONDS = 30;

    private final Http2Pool pool;
    private @Nullable Channel channel;
    private @Nullable Future<?> timer;
    private State state = State.CONNECTING;
    private long mostStreams = Http2Codecs.MAX_STREAMS;
    private int streams;
    private boolean used;

    private enum State {
        CONNECTING,
        READY,
        /** No new streams: the app has said so, or is gone. */
        ENDING
    }

    Http2AppConnection(Http2Pool pool) {
        this.pool = pool;
    }

    boolean hasRoom() {
        return state == State.READY && streams < mostStreams;
    }

    /** Opens a stream and hands it over. */
    void open(UpstreamListener listener) {
        streams++;
        Http2AppStream stream = new Http2AppStream(listener, used);
        used = true;
        new Http2StreamChannelBootstrap(channel())
                .option(Http2StreamChannelOption.AUTO_STREAM_FLOW_CONTROL, false)
                .handler(stream)
                .open()
                .addListener(opened -> {
                    if (opened.isSuccess()) {
                        stream.channel().closeFuture().addListener(closed -> streamClosed());
                        listener.onConnected(stream);
                    } else {
                        streamClosed();
                        listener.onFailure(UpstreamFailure.CLOSED);
                    }
                });
    }

    /** What the app sent first is not HTTP/2. */
    void refused() {
        if (state == State.CONNECTING) {
            end();
            pool.refused(true);
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        channel = context.channel();
    }

    @Override
    public void channelActive(ChannelHandlerContext context) throws Http2Exception {
        Http2Codecs.widen(context.channel(), context.pipeline().get(Http2FrameCodec.class));
        timer = context.executor()
                .schedule(
                        () -> {
                            if (state == State.CONNECTING) {
                                end();
                                pool.silent();
                            }
                        },
                        SETTINGS_SECONDS,
                        TimeUnit.SECONDS);
        context.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object frame) {
        if (frame instanceof Http2SettingsFrame settings) {
            Long most = settings.settings().maxConcurrentStreams();
            if (most != null) {
                mostStreams = Math.min(most, Http2Codecs.MAX_STREAMS);
            }
            if (state == State.CONNECTING) {
                state = State.READY;
                cancelTimer();
                pool.ready(this);
            }
        } else if (frame instanceof Http2GoAwayFrame && state == State.READY) {
            state = State.ENDING;
            pool.forget(this);
            if (streams == 0) {
                end();
            }
        }
        ReferenceCountUtil.release(frame);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        State before = state;
        cancelTimer();
        state = State.ENDING;
        if (before == State.CONNECTING) {
            pool.refused(false);
        } else {
            pool.forget(this);
        }
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof Http2Exception)) { // those the codec answers with GOAWAY, and closes
            var unused = context.close();
        }
    }

    private void streamClosed() {
        streams--;
        if (streams > 0) {
            return;
        }
        if (state == State.ENDING) {
            end();
        } else if (timer == null) {
            timer = channel().eventLoop().schedule(this::endIfIdle, IDLE_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** An idle connection is of no use to anybody after a while; one that is used now and then is looked at again. */
    private void endIfIdle() {
        timer = null;
        if (streams == 0) {
            pool.forget(this);
            end();
        }
    }

    private void end() {
        state = State.ENDING;
        cancelTimer();
        var unused = channel().close();
    }

    private void cancelTimer() {
        Future<?> running = timer;
        timer = null;
        if (running != null) {
            running.cancel(false);
        }
    }

    private Channel channel() {
        Channel current = channel;
        if (current == null) {
            throw new IllegalStateException("used before it was in a pipeline");
        }
        return current;
    }
}
