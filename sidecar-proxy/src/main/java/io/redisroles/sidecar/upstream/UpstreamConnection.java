package io.redisroles.sidecar.upstream;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/** One HTTP/1.1 connection to the app, used by one request at a time. Everything happens on its event loop. */
public final class UpstreamConnection extends ChannelInboundHandlerAdapter implements AppStream {
    private static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");

    /** Of Linux' {@code tcp_states.h}. */
    private static final int TCP_ESTABLISHED = 1;

    private final UpstreamPool pool;
    private final AnswerDecoder decoder;
    private @Nullable Channel channel;
    private @Nullable UpstreamListener listener;
    private @Nullable HttpRequest head;
    private boolean used;
    private boolean reused;
    /** While what one read from the socket has brought is handed over. */
    private boolean reading;

    private boolean releasing;
    private boolean flushing;
    private final Runnable flush = this::flushNow;

    UpstreamConnection(UpstreamPool pool, AnswerDecoder decoder) {
        this.pool = pool;
        this.decoder = decoder;
    }

    @Override
    public boolean isReused() {
        return reused;
    }

    @Override
    public boolean isHttp2() {
        return false;
    }

    @Override
    public boolean isWritable() {
        return channel().isWritable();
    }

    @Override
    public void write(HttpObject message) {
        HttpRequest waiting = head;
        head = null;
        if (message instanceof HttpRequest begun) {
            decoder.expect(begun.method().equals(HttpMethod.HEAD));
            reused = used;
            used = true;
            head = begun; // leaves in one piece with its end, if there is no body
        } else if (waiting != null && message == LastHttpContent.EMPTY_LAST_CONTENT) {
            send(new DefaultFullHttpRequest(
                    waiting.protocolVersion(),
                    waiting.method(),
                    waiting.uri(),
                    Unpooled.EMPTY_BUFFER,
                    waiting.headers(),
                    EmptyHttpHeaders.INSTANCE));
        } else {
            if (waiting != null) {
                send(waiting);
            }
            send(message);
        }
    }

    private void send(Object message) {
        var unused = channel().write(message);
    }

    @Override
    public void flush() {
        HttpRequest waiting = head;
        head = null;
        if (waiting != null) {
            send(waiting);
        }
        channel().flush();
    }

    @Override
    public void flushSoon() {
        if (!flushing) {
            flushing = true;
            pool.endOfTick().add(flush);
        }
    }

    private void flushNow() {
        flushing = false;
        flush();
    }

    @Override
    public void read() {
        channel().read();
    }

    @Override
    public void release() {
        listener = null;
        if (reading) {
            releasing = true; // what else this read has brought would be taken for the answer of the next request
        } else {
            backToPool();
        }
    }

    /** Ends the connection too: it could not be told whose answer comes. */
    @Override
    public void close() {
        listener = null;
        releasing = false;
        var unused = channel().close();
    }

    boolean isActive() {
        return channel().isActive();
    }

    /** Whether the app has not ended it, asked of the kernel: the event loop may not have heard of it yet. */
    boolean isEstablished() {
        return channel() instanceof EpollSocketChannel socket
                ? socket.isActive() && socket.tcpInfo().state() == TCP_ESTABLISHED
                : isActive();
    }

    /** The bare connection. */
    public Channel channel() {
        Channel current = channel;
        if (current == null) {
            throw new IllegalStateException("used before it was connected");
        }
        return current;
    }

    /** Leaves the connection to {@code successor}: what the app sends from here on, or has sent, is not HTTP. */
    public void handOver(ChannelHandler successor) {
        listener = null;
        ChannelPipeline pipeline = channel().pipeline();
        pipeline.replace(this, null, successor);
        pipeline.remove(HttpRequestEncoder.class);
        pipeline.remove(AnswerDecoder.class);
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
        reading = true;
        UpstreamListener current = listener;
        if (current == null) {
            // Bytes that no request asked for: whose answer would they be?
            ReferenceCountUtil.release(message);
            close();
        } else if (((HttpObject) message).decoderResult().isFailure()) {
            ReferenceCountUtil.release(message);
            fail(UpstreamFailure.MALFORMED);
        } else if (message instanceof HttpResponse response) {
            learn(response);
            current.onResponse(response);
        } else {
            current.onContent((HttpContent) message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        reading = false;
        UpstreamListener current = listener;
        if (releasing) {
            releasing = false;
            backToPool();
        } else if (current != null) {
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
        if (listener != null && reused) {
            pool.distrust();
        }
        fail(UpstreamFailure.CLOSED);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(UpstreamFailure.CLOSED);
    }

    private void backToPool() {
        if (decoder.hasLeftovers()) {
            close();
        } else {
            pool.release(this);
        }
    }

    /** {@code Keep-Alive: timeout=5, max=100}. */
    private void learn(HttpResponse response) {
        String field = response.headers().get(KEEP_ALIVE);
        int at = field == null ? -1 : field.indexOf("timeout=");
        if (field == null || at < 0) {
            return;
        }
        long seconds = 0;
        int digits = 0;
        for (int i = at + 8; i < field.length() && Character.digit(field.charAt(i), 10) >= 0 && digits < 9; i++) {
            seconds = 10 * seconds + Character.digit(field.charAt(i), 10);
            digits++;
        }
        if (digits > 0) {
            pool.learnIdleLimit(seconds);
        }
    }

    private void fail(UpstreamFailure failure) {
        UpstreamListener current = listener;
        close();
        if (current != null) {
            current.onFailure(failure);
        }
    }
}
