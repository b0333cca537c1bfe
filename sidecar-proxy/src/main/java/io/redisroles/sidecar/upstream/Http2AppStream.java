package io.redisroles.sidecar.upstream;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import io.redisroles.sidecar.http2.Http2Messages;
import io.redisroles.sidecar.http2.MessageFrames;
import io.redisroles.sidecar.http2.ReceivedBody;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One request on an HTTP/2 connection to the app. The app may send a window's worth before it is asked to go on: window is
 * given back only for what the client's side took.
 */
final class Http2AppStream extends ChannelInboundHandlerAdapter implements AppStream {
    private final boolean reused;
    private final ReceivedBody body = new ReceivedBody();
    private @Nullable UpstreamListener listener;
    private @Nullable Channel channel;
    private @Nullable MessageFrames frames;
    private @Nullable HttpResponse head;
    private boolean answered;
    private boolean wanted;
    private boolean delivering;

    Http2AppStream(UpstreamListener listener, boolean reused) {
        this.listener = listener;
        this.reused = reused;
    }

    Channel channel() {
        Channel current = channel;
        if (current == null) {
            throw new IllegalStateException("used before it was in a pipeline");
        }
        return current;
    }

    @Override
    public boolean isReused() {
        return reused;
    }

    @Override
    public boolean isHttp2() {
        return true;
    }

    @Override
    public boolean isWritable() {
        return channel().isWritable();
    }

    @Override
    public void write(HttpObject message) {
        MessageFrames writing = frames;
        if (writing == null) {
            throw new IllegalStateException("used before it was in a pipeline");
        }
        if (message instanceof HttpRequest request) {
            writing.head(Http2Messages.block(request));
        } else {
            writing.content((HttpContent) message);
        }
    }

    @Override
    public void flush() {
        MessageFrames writing = frames;
        if (writing != null) {
            writing.flush();
        }
    }

    @Override
    public void read() {
        wanted = true;
        deliver();
    }

    @Override
    public void release() {
        listener = null;
        body.discard();
    }

    @Override
    public void close() {
        listener = null;
        head = null;
        body.discard();
        reset(Http2Error.CANCEL);
    }

    private void reset(Http2Error error) {
        Channel current = channel();
        if (current.isActive()) {
            var unused = current.writeAndFlush(new DefaultHttp2ResetFrame(error));
            var ignored = current.close();
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        channel = context.channel();
        frames = new MessageFrames(context.channel());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object frame) {
        if (frame instanceof Http2DataFrame data) {
            body.add(context.alloc(), data);
            giveWindowBack();
        } else if (frame instanceof Http2HeadersFrame headers) {
            onHeaders(headers);
        } else {
            ReferenceCountUtil.release(frame);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        deliver();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        UpstreamListener current = listener;
        if (current != null && context.channel().isWritable()) {
            current.onWritable();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof Http2ResetFrame reset) {
            onReset(reset.errorCode());
        } else if (event instanceof Http2GoAwayFrame goAway) {
            // Only streams that the app has not looked at get to know of it.
            goAway.release();
            onReset(Http2Error.REFUSED_STREAM.code());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        deliver(); // a stream that ends within one read of its connection is not told that the read is complete
        UpstreamListener current = listener;
        if (body.isEnded() || current == null) {
            return; // what has come may still be taken
        }
        listener = null;
        body.discard();
        current.onFailure(UpstreamFailure.CLOSED);
    }

    private void onHeaders(Http2HeadersFrame frame) {
        if (answered) {
            Optional<HttpHeaders> trailers = Http2Messages.trailers(frame.headers());
            trailers.ifPresentOrElse(body::end, this::malformed);
            return;
        }
        Optional<HttpResponse> response = Http2Messages.response(frame.headers());
        boolean interim = response.filter(found -> found.status().codeClass() == HttpStatusClass.INFORMATIONAL)
                .isPresent();
        UpstreamListener current = listener;
        if (response.isEmpty() || (interim && frame.isEndStream())) {
            malformed();
        } else if (interim) {
            if (current != null) {
                current.onResponse(response.get());
            }
            current = listener;
            if (current != null) {
                current.onContent(LastHttpContent.EMPTY_LAST_CONTENT);
            }
        } else {
            answered = true;
            head = response.get();
            if (frame.isEndStream()) {
                body.end(LastHttpContent.EMPTY_LAST_CONTENT.trailingHeaders());
            }
        }
    }

    private void malformed() {
        UpstreamListener current = listener;
        close();
        if (current != null) {
            current.onFailure(UpstreamFailure.MALFORMED);
        }
    }

    private void onReset(long code) {
        UpstreamListener current = listener;
        if (body.isEnded() || current == null) {
            return; // the answer is complete: the app only wants no more of the request
        }
        listener = null;
        head = null;
        body.discard();
        current.onReset(code);
    }

    private void deliver() {
        if (delivering) {
            return;
        }
        delivering = true;
        while (wanted && listener != null && (head != null || body.isReady())) {
            wanted = false;
            deliverOnce();
        }
        delivering = false;
    }

    private void deliverOnce() {
        UpstreamListener current = listener;
        HttpResponse begun = head;
        head = null;
        if (current != null && begun != null) {
            current.onResponse(begun);
        }
        current = listener;
        if (current != null && body.isReady()) {
            HttpContent content = body.take();
            giveWindowBack();
            current.onContent(content);
        }
        current = listener;
        if (current != null) {
            current.onReadComplete();
        }
    }

    private void giveWindowBack() {
        int octets = body.returnable();
        if (octets > 0 && channel().isActive() && !body.isEnded()) {
            var unused = channel().writeAndFlush(new DefaultHttp2WindowUpdateFrame(octets));
        }
    }
}
