package io.redisroles.sidecar.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DecoratingHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends a connection whose client sends frames that carry nothing faster than any good one does: PING, SETTINGS, PRIORITY and
 * frames of unknown types. Netty bounds only the answers that wait to be sent.
 */
final class ControlFrameLimit extends DecoratingHttp2ConnectionDecoder {
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int MOST = 1_000;
    /** gRPC clients measure the line with one for each round trip while they send. */
    private static final int PINGS_FOR_ONE = 20;

    private final RecentResets resets;
    /** Set on streams whose request was good. */
    private final Http2Connection.PropertyKey accepted;

    ControlFrameLimit(Http2ConnectionDecoder decoder, RecentResets resets) {
        super(decoder);
        this.resets = resets;
        this.accepted = connection().newKey();
    }

    /** A stream that both sides have ended cannot be taken up again (RFC 9113 §5.1), which Netty takes for a slip. */
    @Override
    public void decodeFrame(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Http2Exception {
        try {
            super.decodeFrame(context, in, out);
        } catch (Http2Exception.StreamException e) {
            Http2Stream stream = connection().stream(e.streamId());
            if (stream == null && e.error() == Http2Error.STREAM_CLOSED && !resets.contains(e.streamId())) {
                throw Http2Exception.connectionError(Http2Error.STREAM_CLOSED, e, "%s", e.getMessage());
            }
            boolean afterEnd = e.error() == Http2Error.PROTOCOL_ERROR
                    && stream != null
                    && stream.state() == Http2Stream.State.HALF_CLOSED_REMOTE
                    && stream.getProperty(accepted) != null;
            throw afterEnd
                    ? Http2Exception.streamError(e.streamId(), Http2Error.STREAM_CLOSED, e, "%s", e.getMessage())
                    : e;
        }
    }

    @Override
    public void frameListener(@Nullable Http2FrameListener listener) {
        if (listener == null) {
            super.frameListener(null);
        } else {
            super.frameListener(new Counting(listener));
        }
    }

    private final class Counting extends Http2FrameListenerDecorator {
        private long windowStart = System.nanoTime();
        private int frames;

        Counting(Http2FrameListener listener) {
            super(listener);
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext context, int streamId, Http2Headers headers, int padding, boolean ends)
                throws Http2Exception {
            accept(streamId);
            super.onHeadersRead(context, streamId, headers, padding, ends);
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext context,
                int streamId,
                Http2Headers headers,
                int dependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean ends)
                throws Http2Exception {
            accept(streamId);
            super.onHeadersRead(context, streamId, headers, dependency, weight, exclusive, padding, ends);
        }

        private void accept(int streamId) {
            Http2Stream stream = connection().stream(streamId);
            if (stream != null) {
                stream.setProperty(accepted, Boolean.TRUE);
            }
        }

        @Override
        public void onPingRead(ChannelHandlerContext context, long data) throws Http2Exception {
            count(1);
            super.onPingRead(context, data);
        }

        @Override
        public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings) throws Http2Exception {
            count(PINGS_FOR_ONE);
            super.onSettingsRead(context, settings);
        }

        @Override
        public void onPriorityRead(
                ChannelHandlerContext context, int streamId, int dependency, short weight, boolean exclusive)
                throws Http2Exception {
            count(PINGS_FOR_ONE);
            super.onPriorityRead(context, streamId, dependency, weight, exclusive);
        }

        @Override
        public void onUnknownFrame(
                ChannelHandlerContext context, byte type, int streamId, Http2Flags flags, ByteBuf payload)
                throws Http2Exception {
            count(PINGS_FOR_ONE);
            super.onUnknownFrame(context, type, streamId, flags, payload);
        }

        private void count(int weight) throws Http2Exception {
            long now = System.nanoTime();
            if (now - windowStart >= WINDOW_NANOS) {
                windowStart = now;
                frames = 0;
            }
            frames += weight;
            if (frames > MOST * PINGS_FOR_ONE) {
                throw Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, "too many control frames");
            }
        }
    }
}
