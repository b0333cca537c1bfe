package io.redisroles.sidecar.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import io.redisroles.sidecar.admission.Problem;
import io.redisroles.sidecar.admission.Verdict;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection: takes its requests one after the other and ends it without losing the last answer. Gets one
 * message per {@link #read} ({@code FlowControlHandler} before it sees to that). Everything happens on its event loop.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter {
    /** Fired into the pipeline when the proxy is about to end: no request after the current one. */
    static final Object DRAIN = new Object();

    private static final Duration FIRST_HEAD_LIMIT = Duration.ofSeconds(10);
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(75);
    private static final Duration LINGER = Duration.ofSeconds(2);
    private static final long MAX_LINGER_PARTS = 64;

    private final ProxyServices services;
    private final AnswerEncoder encoder;

    private @Nullable ChannelHandlerContext context;
    private @Nullable Deadline deadline;
    private @Nullable Exchange exchange;
    /** A request that came before the one before it was answered. */
    private @Nullable HttpRequest next;

    private boolean awaiting;
    private boolean inputClosed;
    private boolean draining;
    private boolean lingering;
    private long discarded;

    ClientConnection(ProxyServices services, AnswerEncoder encoder) {
        this.services = services;
        this.encoder = encoder;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
        deadline = new Deadline(added.executor());
    }

    @Override
    public void channelActive(ChannelHandlerContext active) {
        deadline().set(FIRST_HEAD_LIMIT, this::close);
        read();
    }

    @Override
    public void channelRead(ChannelHandlerContext reading, Object message) {
        awaiting = false;
        Exchange current = exchange;
        if (lingering) {
            discard(message);
        } else if (message instanceof HttpRequest request) {
            if (current == null) {
                begin(request);
            } else {
                next = request;
            }
        } else if (current == null) {
            ReferenceCountUtil.release(message);
        } else {
            current.onRequestContent((HttpContent) message);
        }
    }

    /** {@code FlowControlHandler} forgets what was asked for when a read from the socket did not bring it. */
    @Override
    public void channelReadComplete(ChannelHandlerContext completed) {
        if (awaiting) {
            completed.read();
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
        } else if (event instanceof ChannelInputShutdownEvent) {
            inputClosed = true;
            if (awaiting) {
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
        if (next != null) {
            ReferenceCountUtil.release(next);
            next = null;
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext caught, Throwable cause) {
        close();
    }

    EventLoop loop() {
        return context().channel().eventLoop();
    }

    ProxyServices services() {
        return services;
    }

    Deadline deadline() {
        Deadline current = deadline;
        if (current == null) {
            throw new IllegalStateException("used before it was in a pipeline");
        }
        return current;
    }

    InetAddress peer() {
        return context().channel().remoteAddress() instanceof InetSocketAddress peer && peer.getAddress() != null
                ? peer.getAddress()
                : InetAddress.getLoopbackAddress();
    }

    boolean isWritable() {
        return context().channel().isWritable();
    }

    /** Whether the answer that is about to begin must be the last one. */
    boolean isLastAnswer() {
        return draining || inputClosed;
    }

    /** Asks for the next message. */
    void read() {
        if (awaiting) {
            return; // one message at a time: a second request to read would bring the next request's body too early
        }
        awaiting = true;
        context().read();
        if (awaiting && inputClosed) {
            onInputExhausted();
        }
    }

    /** Takes the message over, on every path. */
    void write(HttpObject message) {
        var unused = context().write(message);
    }

    void flush() {
        context().flush();
    }

    void answering(boolean headRequest) {
        encoder.answering(headRequest);
    }

    /** The exchange has ended and the connection lives on. In a task of its own, so that pipelined requests do not nest. */
    void exchangeDone() {
        exchange = null;
        deadline().set(KEEP_ALIVE, this::close);
        loop().execute(this::continueWithNext);
    }

    /**
     * Closes so that the last answer arrives: closing while the client still sends would make its kernel drop what it has not
     * read yet (RFC 9112 §9.6). What still comes is discarded, for a short time and up to a bound.
     */
    void closeGracefully() {
        exchange = null;
        lingering = true;
        deadline().set(LINGER, this::close);
        var unused = context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> {
            if (flushed.isSuccess() && !inputClosed && context().channel() instanceof DuplexChannel duplex) {
                var ignored = duplex.shutdownOutput();
                read();
            } else {
                close();
            }
        });
    }

    void close() {
        var unused = context().close();
    }

    private void continueWithNext() {
        if (exchange != null || lingering) {
            return; // the next request was faster than this task
        }
        HttpRequest waiting = next;
        next = null;
        if (!context().channel().isActive()) {
            ReferenceCountUtil.release(waiting);
        } else if (draining) {
            ReferenceCountUtil.release(waiting);
            close();
        } else if (waiting != null) {
            begin(waiting);
        } else if (!awaiting) {
            read();
        } else if (inputClosed) {
            close();
        }
    }

    private void begin(HttpRequest request) {
        deadline().clear();
        Optional<Problem> problem = RequestGuard.problem(request);
        Optional<RequestTarget> target = problem.isPresent() ? Optional.empty() : RequestTarget.parse(request.uri());
        if (target.isEmpty()) {
            services.metrics().malformedRequest();
            ReferenceCountUtil.release(request);
            refuse(problem.orElse(Problem.BAD_REQUEST));
            return;
        }
        Exchange begun = new Exchange(this, request, target.get());
        exchange = begun;
        begun.start();
    }

    /** Answers what cannot be understood, and ends the connection: nobody knows where the next request would begin. */
    private void refuse(Problem problem) {
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
