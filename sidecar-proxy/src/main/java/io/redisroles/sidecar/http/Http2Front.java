package io.redisroles.sidecar.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2StreamChannelOption;
import io.redisroles.sidecar.http2.Http2Codecs;
import io.redisroles.sidecar.http2.LingeringClose;

/** Turns a client's connection into one of HTTP/2. Apart, so that its classes are loaded when a client speaks it, not before. */
final class Http2Front {
    private Http2Front() {}

    /** The client's preface is about to be read. */
    static void install(ChannelPipeline pipeline, ProxyServices services) {
        Http2FrameCodec codec = replace(pipeline, services);
        pipeline.remove(StrictRequestDecoder.class);
        begin(pipeline, codec);
    }

    /**
     * The client was answered 101 to its request, which is now the first stream; its preface follows.
     *
     * @param asked half closed: it has no body
     */
    static void upgrade(ChannelPipeline pipeline, ProxyServices services, Http2Upgrade asked) {
        Http2FrameCodec codec = replace(pipeline, services);
        try {
            codec.onHttpServerUpgrade(asked.settings());
            codec.decoder().frameListener().onHeadersRead(pipeline.context(codec), 1, asked.request(), 0, true);
        } catch (Http2Exception e) {
            var unused = pipeline.channel().close();
            return;
        }
        begin(pipeline, codec);
        pipeline.fireChannelReadComplete();
        pipeline.remove(StrictRequestDecoder.class); // hands over what it had read beyond the request
    }

    private static Http2FrameCodec replace(ChannelPipeline pipeline, ProxyServices services) {
        Http2FrameCodec codec = Http2Codecs.server(error -> services.metrics().http2Ended(error.name()));
        Http2Connection connection = new Http2Connection(services);
        pipeline.remove(ClientConnection.class);
        pipeline.remove(AnswerEncoder.class);
        pipeline.addLast(
                new LingeringClose(services.timeouts().linger()),
                codec,
                new Http2MultiplexHandler(streams(services, connection)),
                connection);
        return codec;
    }

    private static ChannelHandler streams(ProxyServices services, Http2Connection connection) {
        return new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel stream) {
                stream.config().setOption(Http2StreamChannelOption.AUTO_STREAM_FLOW_CONTROL, false);
                connection.opened(stream);
                stream.pipeline().addLast(new Http2Stream(services, connection));
            }
        };
    }

    private static void begin(ChannelPipeline pipeline, Http2FrameCodec codec) {
        try {
            Http2Codecs.widen(pipeline.channel(), codec);
        } catch (Http2Exception e) {
            throw new IllegalStateException(e);
        }
        pipeline.channel().config().setAutoRead(true); // each stream's window holds its client back
    }
}
