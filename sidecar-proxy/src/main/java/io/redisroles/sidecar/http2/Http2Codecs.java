package io.redisroles.sidecar.http2;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Settings;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Netty's HTTP/2 codec with this proxy's bounds. */
public final class Http2Codecs {
    public static final int MAX_STREAMS = 100;
    private static final int MAX_HEADER_LIST = 64 * 1024;
    private static final int STREAM_WINDOW = 65_535;
    /** More than one stream's, so that one whose other side is slow does not hold up the others. */
    private static final int CONNECTION_WINDOW = 8 * STREAM_WINDOW;

    /** Streams that are reset are cheap to begin and dear to serve (CVE-2023-44487); counted in half minutes. */
    private static final int MOST_RESETS = 200;

    private static final int RESET_SECONDS = 30;
    private static final int MOST_EMPTY_FRAMES = 16;
    private static final int MOST_SMALL_CONTINUATIONS = 16;
    private static final int MOST_QUEUED_ACKNOWLEDGEMENTS = 1_000;

    private Http2Codecs() {}

    /**
     * For a client's connection.
     *
     * @param onError told of what ended the connection; for a metric
     */
    public static Http2FrameCodec server(Consumer<Http2Error> onError) {
        Http2Settings settings = new Http2Settings()
                .maxConcurrentStreams(MAX_STREAMS)
                .initialWindowSize(STREAM_WINDOW)
                .maxHeaderListSize(MAX_HEADER_LIST);
        return new Builder(true, onError)
                .initialSettings(settings)
                .decoderEnforceMaxRstFramesPerWindow(MOST_RESETS, RESET_SECONDS)
                .encoderEnforceMaxRstFramesPerWindow(MOST_RESETS, RESET_SECONDS)
                .decoderEnforceMaxConsecutiveEmptyDataFrames(MOST_EMPTY_FRAMES)
                .decoderEnforceMaxSmallContinuationFrames(MOST_SMALL_CONTINUATIONS)
                .encoderEnforceMaxQueuedControlFrames(MOST_QUEUED_ACKNOWLEDGEMENTS)
                .decoupleCloseAndGoAway(true)
                .build();
    }

    /** For a connection to the app. */
    public static Http2FrameCodec client() {
        Http2Settings settings = new Http2Settings()
                .pushEnabled(false)
                .initialWindowSize(STREAM_WINDOW)
                .maxHeaderListSize(MAX_HEADER_LIST);
        return new Builder(false, error -> {})
                .initialSettings(settings)
                .decoupleCloseAndGoAway(true)
                .build();
    }

    /** Widens the connection's window to that of several streams; when the preface has been sent. */
    public static void widen(Channel channel, Http2FrameCodec codec) throws Http2Exception {
        codec.connection()
                .local()
                .flowController()
                .incrementWindowSize(codec.connection().connectionStream(), CONNECTION_WINDOW - STREAM_WINDOW);
        channel.flush();
    }

    private static final class Builder extends Http2FrameCodecBuilder {
        private final boolean forServer;
        private final Consumer<Http2Error> onError;

        Builder(boolean server, Consumer<Http2Error> onError) {
            this.forServer = server;
            this.onError = onError;
            server(server);
            validateHeaders(true);
        }

        @Override
        protected Http2FrameCodec build(
                Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
            RecentResets resets = new RecentResets();
            Http2ConnectionDecoder strict = forServer ? new ControlFrameLimit(decoder, resets) : decoder;
            return new CountingCodec(encoder, strict, settings, flushPreface(), onError, resets);
        }
    }

    /** Tells what ended the connection. */
    private static final class CountingCodec extends Http2FrameCodec {
        private final Consumer<Http2Error> onError;
        private final RecentResets resets;
        private boolean ended;

        CountingCodec(
                Http2ConnectionEncoder encoder,
                Http2ConnectionDecoder decoder,
                Http2Settings settings,
                boolean flushPreface,
                Consumer<Http2Error> onError,
                RecentResets resets) {
            super(encoder, decoder, settings, true, flushPreface);
            this.onError = onError;
            this.resets = resets;
        }

        @Override
        public ChannelFuture resetStream(ChannelHandlerContext context, int stream, long code, ChannelPromise promise) {
            resets.add(stream);
            return super.resetStream(context, stream, code, promise);
        }

        @Override
        protected void onConnectionError(
                ChannelHandlerContext context, boolean outbound, Throwable cause, @Nullable Http2Exception http2Cause) {
            if (!ended) {
                ended = true;
                onError.accept(http2Cause == null ? Http2Error.INTERNAL_ERROR : http2Cause.error());
            }
            super.onConnectionError(context, outbound, cause, http2Cause);
        }
    }
}
