package io.redisroles.sidecar.http;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
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
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;
import io.redisroles.sidecar.admission.Problem;
import io.redisroles.sidecar.admission.Verdict;
import io.redisroles.sidecar.http2.Http2Messages;
import io.redisroles.sidecar.http2.MessageFrames;
import io.redisroles.sidecar.http2.ReceivedBody;
import io.redisroles.sidecar.telemetry.BadInput;
import java.net.InetAddress;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One stream of a client's connection under HTTP/2: one request. Everything happens on its event loop. */
final class Http2Stream extends ChannelInboundHandlerAdapter implements ClientStream {
    private static final int MAX_FIELDS = 200;
    /** What a stream, or its trailers, and a field take besides their text, at least. */
    private static final int STREAM_BYTES = 2048;

    private static final int FIELD_BYTES = 64;

    private final ProxyServices services;
    private final Http2Connection connection;
    private final HeadBudget.Share heads;
    private final ReceivedBody body = new ReceivedBody();

    private @Nullable ChannelHandlerContext context;
    private @Nullable MessageFrames frames;
    private @Nullable Deadline deadline;
    private @Nullable Exchange exchange;
    private boolean begun;
    private boolean wanted;
    private boolean delivering;
    private boolean head;
    private boolean finished;

    Http2Stream(ProxyServices services, Http2Connection connection) {
        this.services = services;
        this.connection = connection;
        this.heads = services.heads().ofStream();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
        frames = new MessageFrames(added.channel());
        deadline = new Deadline(added.executor());
    }

    @Override
    public void channelRead(ChannelHandlerContext reading, Object frame) {
        if (frame instanceof Http2DataFrame data) {
            body.add(reading.alloc(), data);
            if (finished) {
                body.discard();
            }
            giveWindowBack();
        } else if (frame instanceof Http2HeadersFrame headers) {
            onHeaders(headers);
        } else {
            ReferenceCountUtil.release(frame);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext completed) {
        deliver();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext changed) {
        Exchange current = exchange;
        if (current != null && changed.channel().isWritable()) {
            current.onClientWritable();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext triggered, Object event) {
        // A reset, or the end of the connection: channelInactive follows.
        ReferenceCountUtil.release(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext inactive) {
        finished = true;
        deadline().dispose();
        heads.giveBack();
        body.discard();
        Exchange current = exchange;
        exchange = null;
        if (current != null) {
            current.abandon();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext caught, Throwable cause) {
        if (cause instanceof Http2Exception error) {
            services.metrics().refused(BadInput.MALFORMED);
            reset(error.error().code());
        } else {
            close();
        }
    }

    /** Head and trailers are held until the app takes them, so both count. */
    private void onHeaders(Http2HeadersFrame frame) {
        if (!heads.take(octets(frame.headers()))) {
            services.metrics().refused(BadInput.TOO_MANY_HEADS);
            // What was not processed may be tried again; of what was begun nobody knows.
            reset((begun ? Http2Error.ENHANCE_YOUR_CALM : Http2Error.REFUSED_STREAM).code());
            return;
        }
        if (!begun) {
            begun = true;
            begin(frame.headers(), frame.isEndStream());
            return;
        }
        Optional<HttpHeaders> trailers =
                frame.isEndStream() ? Http2Messages.trailers(frame.headers()) : Optional.empty();
        if (trailers.isEmpty()) {
            malformed();
        } else {
            body.end(trailers.get());
        }
    }

    private void begin(Http2Headers block, boolean ended) {
        if (ended) {
            body.end(LastHttpContent.EMPTY_LAST_CONTENT.trailingHeaders());
        }
        Optional<HttpRequest> read = Http2Messages.request(block, ended);
        if (read.isEmpty()) {
            malformed();
            return;
        }
        HttpRequest request = read.get();
        Optional<Problem> problem =
                block.size() > MAX_FIELDS ? Optional.of(Problem.HEADERS_TOO_LARGE) : RequestGuard.problem(request);
        Optional<RequestTarget> target = problem.isPresent() ? Optional.empty() : RequestTarget.parse(request.uri());
        if (target.isEmpty()) {
            Problem refused = problem.orElse(Problem.BAD_REQUEST);
            services.metrics().refused(RequestGuard.reason(refused));
            answering(false);
            write(services.answers().of(Verdict.Reject.of(refused)));
            flush();
            finish();
            return;
        }
        Exchange created = new Exchange(this, request, target.get());
        exchange = created;
        created.start();
    }

    private static int octets(Http2Headers block) {
        int octets = STREAM_BYTES;
        for (Map.Entry<CharSequence, CharSequence> field : block) {
            octets += field.getKey().length() + field.getValue().length() + FIELD_BYTES;
        }
        return octets;
    }

    /** RFC 9113 §8.1.1. */
    private void malformed() {
        services.metrics().refused(BadInput.MALFORMED);
        reset(Http2Error.PROTOCOL_ERROR.code());
    }

    @Override
    public EventLoop loop() {
        return context().channel().eventLoop();
    }

    @Override
    public ProxyServices services() {
        return services;
    }

    @Override
    public InetAddress peer() {
        return connection.peer();
    }

    @Override
    public String peerText() {
        return connection.peerText();
    }

    @Override
    public Deadline deadline() {
        Deadline current = deadline;
        if (current == null) {
            throw new IllegalStateException("used before it was in a pipeline");
        }
        return current;
    }

    @Override
    public boolean isHttp2() {
        return true;
    }

    @Override
    public boolean isWritable() {
        return context().channel().isWritable();
    }

    /** Other requests come on other streams. */
    @Override
    public boolean isLastAnswer() {
        return false;
    }

    @Override
    public void read() {
        wanted = true;
        deliver();
    }

    private void deliver() {
        if (delivering) {
            return;
        }
        delivering = true;
        Exchange current = exchange;
        while (wanted && !finished && current != null && body.isReady()) {
            wanted = false;
            HttpContent content = body.take();
            giveWindowBack();
            current.onRequestContent(content);
            current = exchange;
        }
        delivering = false;
    }

    private void giveWindowBack() {
        int octets = body.returnable();
        if (octets > 0 && !body.isEnded() && context().channel().isActive()) {
            var unused = context().writeAndFlush(new DefaultHttp2WindowUpdateFrame(octets));
        }
    }

    @Override
    public void answering(boolean headRequest) {
        head = headRequest;
    }

    @Override
    public void write(HttpObject message) {
        MessageFrames writing = frames();
        if (message instanceof FullHttpResponse whole) {
            writeWhole(writing, whole);
        } else if (message instanceof HttpResponse begins) {
            writing.head(Http2Messages.block(begins));
        } else {
            writing.content((HttpContent) message);
        }
    }

    private void writeWhole(MessageFrames writing, FullHttpResponse whole) {
        Http2Headers block = Http2Messages.block(whole);
        if (whole.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
            writing.interim(block);
            whole.release();
            return;
        }
        writing.head(block);
        if (head) {
            whole.release();
            writing.content(LastHttpContent.EMPTY_LAST_CONTENT);
        } else {
            writing.content(new DefaultLastHttpContent(whole.content(), whole.trailingHeaders()));
        }
    }

    @Override
    public void flush() {
        frames().flush();
    }

    @Override
    public void exchangeDone() {
        finish();
    }

    @Override
    public void closeGracefully() {
        finish();
    }

    /**
     * The answer is complete. A client that takes none of it does not hold the stream for ever; one that still sends is told to
     * stop (RFC 9113 §8.1).
     */
    private void finish() {
        exchange = null;
        finished = true;
        boolean requestEnded = body.isEnded();
        body.discard();
        giveWindowBack();
        ChannelFuture last = frames().last();
        if (!requestEnded && last != null) {
            last.addListener(written -> reset(Http2Error.NO_ERROR.code()));
        }
        if (context().channel().isActive()) {
            deadline().set(services.timeouts().clientStall(), this::close);
        }
    }

    @Override
    public void close() {
        reset(Http2Error.INTERNAL_ERROR.code());
    }

    @Override
    public void reset(long code) {
        finished = true;
        if (context().channel().isActive()) {
            var unused = context().writeAndFlush(new DefaultHttp2ResetFrame(code));
            var ignored = context().close();
        }
    }

    private MessageFrames frames() {
        MessageFrames current = frames;
        if (current == null) {
            throw new IllegalStateException("used before it was in a pipeline");
        }
        return current;
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext current = context;
        if (current == null) {
            throw new IllegalStateException("used before it was in a pipeline");
        }
        return current;
    }
}
