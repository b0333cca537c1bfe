package io.redisroles.sidecar.http2;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/**
 * Writes one message to a stream's channel. A head waits for what comes next, until {@link #flush}: a message without a body is
 * then one frame, as gRPC's refusals have to be.
 */
public final class MessageFrames {
    private final Channel channel;
    private @Nullable Http2Headers head;
    private @Nullable ChannelFuture last;

    public MessageFrames(Channel channel) {
        this.channel = channel;
    }

    /** A head that is followed by more. */
    public void interim(Http2Headers block) {
        write(block, false);
    }

    /** The head of the message; may be its end too. */
    public void head(Http2Headers block) {
        head = block;
    }

    /** A part of the body; taken over. */
    public void content(HttpContent content) {
        boolean ends = content instanceof LastHttpContent;
        HttpHeaders trailers = ends
                ? ((LastHttpContent) content).trailingHeaders()
                : LastHttpContent.EMPTY_LAST_CONTENT.trailingHeaders();
        boolean readable = content.content().isReadable();
        Http2Headers waiting = head;
        head = null;
        if (waiting != null) {
            boolean whole = ends && !readable && trailers.isEmpty();
            write(waiting, whole);
            if (whole) {
                content.release();
                return;
            }
        }
        boolean endsHere = ends && trailers.isEmpty();
        if (readable || endsHere) {
            last = channel.write(new DefaultHttp2DataFrame(content.content(), endsHere));
        } else {
            content.release();
        }
        if (ends && !endsHere) {
            write(Http2Messages.block(trailers), true);
        }
    }

    public void flush() {
        Http2Headers waiting = head;
        head = null;
        if (waiting != null) {
            write(waiting, false);
        }
        channel.flush();
    }

    /** The last frame that was written; none before the first. */
    public @Nullable ChannelFuture last() {
        return last;
    }

    private void write(Http2Headers block, boolean ends) {
        last = channel.write(new DefaultHttp2HeadersFrame(block, ends));
    }
}
