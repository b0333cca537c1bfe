package io.redisroles.sidecar.opaque;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * One end of two joined connections: what comes in here goes out there, and is read only while the other side takes more.
 * An end of input is passed on as such. Both ends live on one event loop.
 */
final class RelayEnd extends ChannelInboundHandlerAdapter {
    private @Nullable Channel channel;
    private @Nullable RelayEnd other;
    /** What came before the ends were joined: epoll reads unasked when a client ends its input. */
    private final Deque<Object> early = new ArrayDeque<>(2);

    private boolean inputEnded;

    /** Joins two ends that are connected, and lets both read. */
    static void join(RelayEnd one, RelayEnd two) {
        one.other = two;
        two.other = one;
        if (one.isOpen() && two.isOpen()) {
            one.begin();
            two.begin();
        } else {
            one.close();
            two.close();
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        channel = context.channel();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        RelayEnd to = other;
        if (to == null || to.channel == null) {
            early.add(message);
        } else {
            var unused = to.channel.write(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        RelayEnd to = other;
        if (to != null && to.channel != null) {
            to.channel.flush();
            if (to.channel.isWritable()) {
                context.read();
            }
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        RelayEnd from = other;
        if (from != null && context.channel().isWritable()) {
            from.read();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputEnded = true;
            RelayEnd to = other;
            if (to != null && to.inputEnded) {
                close();
                closeOther();
            } else if (to != null) {
                to.endOutput();
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        early.forEach(ReferenceCountUtil::release);
        early.clear();
        closeOther();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var unused = context.close();
    }

    private void begin() {
        RelayEnd to = other;
        if (to == null || to.channel == null) {
            return;
        }
        while (!early.isEmpty()) {
            var unused = to.channel.write(early.removeFirst());
        }
        to.channel.flush();
        if (inputEnded) {
            to.endOutput();
        } else {
            read();
        }
    }

    private boolean isOpen() {
        return channel != null && channel.isActive();
    }

    private void read() {
        if (channel != null && !inputEnded) {
            channel.read();
        }
    }

    private void endOutput() {
        if (channel instanceof DuplexChannel duplex) {
            var unused = channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> {
                var ignored = duplex.shutdownOutput();
            });
        }
    }

    /** After all that was written has left. */
    private void close() {
        if (channel != null) {
            var unused = channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    private void closeOther() {
        RelayEnd to = other;
        if (to != null) {
            to.close();
        }
    }
}
