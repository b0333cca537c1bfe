package io.redisroles.sidecar.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import io.redisroles.sidecar.admission.Problem;
import io.redisroles.sidecar.admission.Verdict;
import io.redisroles.sidecar.telemetry.BadInput;
import io.redisroles.sidecar.transport.EndOfTick;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection under HTTP/1: takes its requests one after the other and ends it without losing the last answer.
 * Everything happens on its event loop.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter implements ClientStream {
    /** Fired into the pipeline when the proxy is about to end: no request after the current one. */
    static final Object DRAIN = new Object();
    /** The next answer is the last: its client learns that it should connect anew. */
    static final Object LEAVE = new Object();

    private static final long MAX_LINGER_PARTS = 64;

    private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);

    private final ProxyServices services;
    private final AnswerEncoder encoder;
    private final HeadBudget.Share heads;
    private final Inbox inbox = new Inbox(this::receive);
    private final Runnable cutOff = this::close;
    private final EndOfTick endOfTick;
    private final Runnable flush = this::flushPending;

    private @Nullable ChannelHandlerContext context;
    private @Nullable Deadline deadline;
    private @Nullable Exchange exchange;
    private @Nullable HttpResponse head;
    private @Nullable InetAddress peer;
    private @Nullable String peerText;

    /** While what one read from the socket has brought is handed over. */
    private boolean reading;

    /** What was written waits for the end of the tick. */
    private boolean flushing;

    private boolean inputClosed;
    private boolean draining;
    private boolean leaving;
    private boolean lingering;
    private long discarded;

    ClientConnection(ProxyServices services, EndOfTick endOfTick, AnswerEncoder encoder, HeadBudget.Share heads) {
        this.services = services;
        this.endOfTick = endOfTick;
        this.encoder = encoder;
        this.heads = heads;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
        deadline = new Deadline(added.executor());
    }

    @Override
    public void channelActive(ChannelHandlerContext active) {
        deadline().set(services.timeouts().firstHead(), this::onSlowStart);
        read();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        reading = true;
        inbox.offer(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext completed) {
        reading = false;
        if (inbox.isAwaiting()) {
            completed.read();
        }
    }

    private void receive(Object message) {
        Exchange current = exchange;
        if (lingering) {
            discard(message);
        } else if (message instanceof HttpRequest request) {
            if (current == null) {
                begin(request);
            } else {
                inbox.putBack(request); // came before the one before it was answered
            }
        } else if (current == null) {
            ReferenceCountUtil.release(message);
        } else {
            current.onRequestContent((HttpContent) message);
        }
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
        if (event == DRAIN) {
            draining = true;
            if (exchange == null && !lingering) {
                close();
            }
        } else if (event == LEAVE) {
            leaving = true;
        } else if (event instanceof ChannelInputShutdownEvent) {
            inputClosed = true;
            reading = false; // the decoder may have handed over its last without saying so
            if (inbox.isAwaiting()) {
                onInputExhausted();
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext inactive) {
        deadline().dispose();
        Exchange current = exchange;
        exchange = null;
        if (current != null) {
            current.abandon();
        }
        inbox.releaseAll();
    }

    /** The connection goes on in another protocol. */
    @Override
    public void handlerRemoved(ChannelHandlerContext removed) {
        deadline().dispose();
        heads.giveBack();
        inbox.releaseAll();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext caught, Throwable cause) {
        if (caught.channel().isActive() && !(cause instanceof IOException)) {
            services.metrics().unexpectedError();
            LOG.atError().addKeyValue("problem", cause).log("A connection failed for a mistake of ours");
        }
        close();
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
    public Deadline deadline() {
        Deadline current = deadline;
        if (current == null) {
            throw new IllegalStateException("used before it was in a pipeline");
        }
        return current;
    }

    @Override
    public InetAddress peer() {
        InetAddress known = peer;
        if (known == null) {
            known = PeerAddress.of(context().channel());
            peer = known;
        }
        return known;
    }

    @Override
    public String peerText() {
        String known = peerText;
        if (known == null) {
            known = NetUtil.toAddressString(peer());
            peerText = known;
        }
        return known;
    }

    @Override
    public boolean isWritable() {
        return context().channel().isWritable();
    }

    @Override
    public boolean isLastAnswer() {
        return draining || leaving || inputClosed;
    }

    @Override
    public void read() {
        inbox.ask();
        if (!reading && inbox.isAwaiting()) {
            context().read();
            if (inputClosed) {
                onInputExhausted();
            }
        }
    }

    @Override
    public void write(HttpObject message) {
        HttpResponse waiting = head;
        head = null;
        if (waiting != null && message instanceof LastHttpContent body && !(message instanceof HttpResponse)) {
            send(new DefaultFullHttpResponse(
                    waiting.protocolVersion(),
                    waiting.status(),
                    body.content(),
                    waiting.headers(),
                    body.trailingHeaders()));
            return;
        }
        if (waiting != null) {
            send(waiting);
        }
        if (message instanceof HttpResponse begun && !(message instanceof HttpContent)) {
            head = begun; // leaves in one piece with a body that is there already
        } else {
            send(message);
        }
    }

    private void send(Object message) {
        var unused = context().write(message, context().voidPromise());
    }

    @Override
    public void flush() {
        HttpResponse waiting = head;
        head = null;
        if (waiting != null) {
            send(waiting);
        }
        flushing = false;
        context().flush();
    }

    @Override
    public void flushSoon() {
        if (!flushing) {
            flushing = true;
            endOfTick.add(flush);
        }
    }

    private void flushPending() {
        if (flushing) {
            flush();
        }
    }

    @Override
    public void answering(boolean headRequest) {
        encoder.answering(headRequest);
    }

    @Override
    public void exchangeDone() {
        exchange = null;
        heads.giveBack();
        if (draining) {
            close();
            return;
        }
        deadline().set(services.timeouts().keepAlive(), cutOff);
        read();
    }

    /**
     * Closes so that the last answer arrives: closing while the client still sends would make its kernel drop what it has not
     * read yet (RFC 9112 §9.6). What still comes is discarded, for a short time and up to a bound.
     */
    @Override
    public void closeGracefully() {
        exchange = null;
        lingering = true;
        deadline().set(services.timeouts().linger(), cutOff);
        flush();
        var unused = context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> {
            if (flushed.isSuccess() && !inputClosed && context().channel() instanceof DuplexChannel duplex) {
                var ignored = duplex.shutdownOutput();
                read();
            } else {
                close();
            }
        });
    }

    @Override
    public boolean isUpgradable() {
        return true;
    }

    @Override
    public Channel channel() {
        return context().channel();
    }

    @Override
    public void handOver(ChannelHandler successor, Runnable between) {
        deadline().dispose();
        exchange = null;
        boolean early = !inbox.isEmpty(); // parsed as a request, whatever it was meant to be
        inbox.releaseAll();
        ChannelPipeline pipeline = context().pipeline();
        pipeline.remove(encoder);
        between.run();
        pipeline.replace(this, null, successor);
        pipeline.remove(StrictRequestDecoder.class);
        if (early) {
            var unused = pipeline.close();
        } else if (inputClosed) {
            pipeline.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE); // the successor has not heard of it
        }
    }

    @Override
    public void close() {
        flushPending();
        var unused = context().close();
    }

    private void onSlowStart() {
        services.metrics().refused(BadInput.SLOW_HEAD);
        close();
    }

    private void begin(HttpRequest request) {
        deadline().clear();
        Optional<Problem> problem = RequestGuard.problem(request);
        Optional<RequestTarget> target = problem.isPresent() ? Optional.empty() : RequestTarget.parse(request.uri());
        if (target.isEmpty()) {
            ReferenceCountUtil.release(request);
            refuse(problem.orElse(Problem.BAD_REQUEST));
            return;
        }
        if (request.headers().contains(HttpHeaderNames.UPGRADE) && upgrade(request)) {
            return;
        }
        Exchange begun = new Exchange(this, request, target.get());
        exchange = begun;
        begun.start();
    }

    /** Goes on in HTTP/2, if that is what the client asks for; in a task, when the decoder is done with what it has read. */
    private boolean upgrade(HttpRequest request) {
        Optional<Http2Upgrade> asked = draining ? Optional.empty() : Http2Upgrade.of(request);
        asked.ifPresent(upgrade -> loop().execute(() -> {
            if (context().channel().isActive()) {
                write(Http2Upgrade.accepted());
                flush();
                Http2Front.upgrade(context().pipeline(), services, upgrade);
            }
        }));
        return asked.isPresent();
    }

    /** Answers what cannot be understood, and ends the connection: nobody knows where the next request would begin. */
    private void refuse(Problem problem) {
        services.metrics().refused(RequestGuard.reason(problem));
        encoder.answering(false);
        var answer = services.answers().of(Verdict.Reject.of(problem));
        answer.headers().set("connection", "close");
        write(answer);
        closeGracefully();
    }

    /** The client sends no more, and all that it sent has been taken. */
    private void onInputExhausted() {
        Exchange current = exchange;
        if (current == null || !current.isRequestComplete()) {
            close();
        }
    }

    private void discard(Object message) {
        ReferenceCountUtil.release(message);
        if (++discarded > MAX_LINGER_PARTS) {
            close();
        } else {
            read();
        }
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext current = context;
        if (current == null) {
            throw new IllegalStateException("used before it was in a pipeline");
        }
        return current;
    }
}
