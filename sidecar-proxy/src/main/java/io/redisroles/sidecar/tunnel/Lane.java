package io.redisroles.sidecar.tunnel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;

/**
 * One direction of a tunnel. Only whole frame headers pass on, so that wherever a frame of the sender's is not under way a
 * frame of our own may follow. Everything happens on the event loop of both channels.
 */
final class Lane {
    private final Channel from;
    private final Channel to;
    private final FrameScanner frames;
    /** The beginning of a header, at most 13 bytes. */
    private ByteBuf held = Unpooled.EMPTY_BUFFER;

    private boolean finished;

    Lane(Channel from, Channel to, FrameScanner frames) {
        this.from = from;
        this.to = to;
        this.frames = frames;
    }

    Channel from() {
        return from;
    }

    Channel to() {
        return to;
    }

    FrameScanner frames() {
        return frames;
    }

    /** What was held back and what follows it; takes {@code bytes} over. */
    ByteBuf join(ByteBuf bytes) {
        if (!held.isReadable()) {
            return bytes;
        }
        ByteBuf joined = from.alloc().buffer(held.readableBytes() + bytes.readableBytes());
        joined.writeBytes(held).writeBytes(bytes);
        bytes.release();
        release();
        return joined;
    }

    /** Writes {@code bytes} up to {@code stop}, where an incomplete header begins or all ends; holds back the rest. */
    void pass(ByteBuf bytes, int stop) {
        hold(bytes, stop);
        bytes.writerIndex(stop);
        if (bytes.isReadable()) {
            var unused = to.write(bytes);
        } else {
            bytes.release();
        }
    }

    /** Holds back what follows {@code stop}; does not release {@code bytes}. */
    void hold(ByteBuf bytes, int stop) {
        int rest = bytes.writerIndex() - stop;
        if (rest > 0) {
            held = bytes.copy(stop, rest);
        }
    }

    /** Whether a frame of our own may be written now. */
    boolean isFree() {
        return frames.isAtBoundary() && !frames.isClosing() && !finished;
    }

    /** The sender sends no more: tells the receiver after all that was written. */
    void finish() {
        if (finished) {
            return;
        }
        finished = true;
        var unused = to.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> {
            if (flushed.isSuccess() && to instanceof DuplexChannel duplex) {
                var ignored = duplex.shutdownOutput();
            }
        });
    }

    /** Forgets what was held back. */
    void release() {
        held.release();
        held = Unpooled.EMPTY_BUFFER;
    }
}
