package io.redisroles.sidecar.upstream;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/** One connection to the app, used by one request at a time. Everything happens on its event loop. */
public final class UpstreamConnection extends ChannelInboundHandlerAdapter {
    private final UpstreamPool pool;
    private @Nullable Channel channel;
    private @Nullable UpstreamListener listener;
    private boolean reused;

    UpstreamConnection(UpstreamPool pool) {
        this.pool = pool;
    }

    /** Whether it has served another request before: the app may be about to close it. */
    public boolean isReused() {
        return reused;
    }

    public boolean isWritable() {
        return channel().isWritable();
    }

    /** Takes the message over, on every path. */
    public void write(HttpObject message) {
        var unused = channel().write(message);
    }

    public void flush() {
        channel().flush();
    }

    /** Asks for more of the answer. */
    public void read() {
        channel().read();
    }

    /** Ends the request's use of it; the connection may serve another. */
    public void release() {
        listener = null;
        reused = true;
        pool.release(this);
    }

    /** Ends the request and the connection. */
    public void close() {
        listener = null;
        var unused = channel().close();
    }

    Channel channel() {
        Channel current = channel;
        if (current == null) {
            throw new IllegalStateException("used before it was connected");
        }
        return current;
    }

    void use(UpstreamListener next) {
        listener = next;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        channel = context.channel();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        UpstreamListener current = listener;
        if (current == null) {
            // Bytes that no request asked for: whose answer would they be?
            ReferenceCountUtil.release(message);
            var unused = context.close();
        } else if (((HttpObject) message).decoderResult().isFailure()) {
            ReferenceCountUtil.release(message);
            fail(UpstreamFailure.MALFORMED);
        } else if (message instanceof HttpResponse response) {
            current.onResponse(response);
        } else {
            current.onContent((HttpContent) message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        UpstreamListener current = listener;
        if (current != null) {
            current.onReadComplete();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        UpstreamListener current = listener;
        if (current != null && context.channel().isWritable()) {
            current.onWritable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        pool.forget(this);
        fail(UpstreamFailure.CLOSED);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(UpstreamFailure.CLOSED);
    }

    private void fail(UpstreamFailure failure) {
        UpstreamListener current = listener;
        close();
        if (current != null) {
            current.onFailure(failure);
        }
    }
}
