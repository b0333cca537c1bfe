package io.redisroles.sidecar.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2DataFrame;
import org.jspecify.annotations.Nullable;

/**
 * What came on a stream and nobody took yet. One buffer, however small the frames were: a sender of single bytes would
 * otherwise make a window of 64 KiB cost megabytes. Bounded by the stream's window, which is given back for what was taken
 * only. Used on one event loop.
 */
public final class ReceivedBody {
    /** Smaller parts are copied: one would keep the whole buffer alive that it was read with. */
    private static final int WORTH_KEEPING = 4096;

    private @Nullable ByteBuf data;
    private boolean own;
    private int held;
    private int returnable;
    private boolean ended;
    private boolean endTaken;
    private HttpHeaders trailers = EmptyHttpHeaders.INSTANCE;

    /** Takes the frame over. */
    public void add(ByteBufAllocator allocator, Http2DataFrame frame) {
        held += frame.initialFlowControlledBytes();
        ended |= frame.isEndStream();
        ByteBuf content = frame.content();
        ByteBuf waiting = data;
        if (waiting == null && content.readableBytes() >= WORTH_KEEPING) {
            data = content;
            own = false;
        } else if (content.isReadable()) {
            data = merged(allocator, waiting, content);
            own = true;
            frame.release();
        } else {
            frame.release();
            if (waiting == null) {
                giveBack(); // padding only
            }
        }
    }

    private ByteBuf merged(ByteBufAllocator allocator, @Nullable ByteBuf waiting, ByteBuf content) {
        if (waiting != null && own) {
            return waiting.writeBytes(content);
        }
        int before = waiting == null ? 0 : waiting.readableBytes();
        ByteBuf fresh = allocator.buffer(before + content.readableBytes());
        if (waiting != null) {
            fresh.writeBytes(waiting);
            waiting.release();
        }
        return fresh.writeBytes(content);
    }

    /** No more will come. */
    public void end(HttpHeaders after) {
        ended = true;
        trailers = after;
    }

    public boolean isEnded() {
        return ended;
    }

    /** Whether there is something to {@link #take}. */
    public boolean isReady() {
        return data != null || (ended && !endTaken);
    }

    /** All that is there; the caller releases it. */
    public HttpContent take() {
        ByteBuf taken = data;
        data = null;
        own = false;
        giveBack();
        if (!ended) {
            return new DefaultHttpContent(taken == null ? Unpooled.EMPTY_BUFFER : taken);
        }
        endTaken = true;
        if (taken == null && trailers.isEmpty()) {
            return LastHttpContent.EMPTY_LAST_CONTENT;
        }
        return new DefaultLastHttpContent(taken == null ? Unpooled.EMPTY_BUFFER : taken, trailers);
    }

    private void giveBack() {
        returnable += held;
        held = 0;
    }

    /** Octets of flow control to give back to the sender now; each is told once. */
    public int returnable() {
        int now = returnable;
        returnable = 0;
        return now;
    }

    /** Drops what is there. */
    public void discard() {
        ByteBuf dropped = data;
        data = null;
        own = false;
        endTaken = true;
        giveBack();
        if (dropped != null) {
            dropped.release();
        }
    }
}
