package io.redisroles.sidecar.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes so that the last GOAWAY arrives: closing while the other side still sends would make its kernel drop what it has not
 * read yet. What still comes is discarded, for a short time and up to a bound. Below the codec.
 */
public final class LingeringClose extends ChannelDuplexHandler {
    private static final int MOST_DISCARDED = 256 * 1024;

    private final Duration limit;
    private @Nullable ChannelPromise closing;
    private int discarded;

    public LingeringClose(Duration limit) {
        this.limit = limit;
    }

    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        if (closing != null || !context.channel().isActive() || !(context.channel() instanceof DuplexChannel duplex)) {
            var unused = context.close(promise);
            return;
        }
        closing = promise;
        context.flush();
        duplex.shutdownOutput().addListener(shut -> {
            if (!shut.isSuccess()) {
                finish(context);
            }
        });
        var unused = context.executor().schedule(() -> finish(context), limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (closing == null) {
            context.fireChannelRead(message);
            return;
        }
        discarded += message instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
        ReferenceCountUtil.release(message);
        if (discarded > MOST_DISCARDED) {
            finish(context);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (closing != null && event instanceof ChannelInputShutdownEvent) {
            finish(context);
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (closing != null) {
            finish(context);
        } else {
            context.fireExceptionCaught(cause);
        }
    }

    private void finish(ChannelHandlerContext context) {
        ChannelPromise promise = closing;
        if (promise != null && context.channel().isOpen()) {
            var unused = context.close(promise.isDone() ? context.newPromise() : promise);
        }
    }
}
