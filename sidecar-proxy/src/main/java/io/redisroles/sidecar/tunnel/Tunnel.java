package io.redisroles.sidecar.tunnel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.util.concurrent.ScheduledFuture;
import io.redisroles.sidecar.admission.MessageGate;
import io.redisroles.sidecar.socket.CloseReason;
import io.redisroles.sidecar.socket.OpenSocket;
import io.redisroles.sidecar.transport.Transport;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket through the proxy: bytes pass unmodified both ways, each side read only while the other takes more, and each
 * side's end (a TCP half-close) is passed on. The frame headers are followed to count the client's messages, to refuse what
 * RFC 6455 forbids a client, and to know where a Close of our own may stand. Everything happens on the event loop that both
 * channels share.
 */
public final class Tunnel {
    /** Fired into a client's pipeline when the proxy waits no longer. */
    public static final Object GOING_AWAY = new Object();

    /** For the rest of the app's frame that our Close must wait for. */
    private static final Duration FRAME_REST = Duration.ofMillis(250);
    /** For the answer to our Close. */
    private static final Duration LINGER = Duration.ofSeconds(1);
    /** For one side after the other has ended, and for one that takes nothing. */
    private static final Duration STALL = Duration.ofSeconds(60);

    private final Channel client;
    private final Channel app;
    private final Runnable onClosed;
    private final Lane up;
    private final Lane down;
    /** Bytes of the client behind those. */
    private final Deque<ByteBuf> waiting = new ArrayDeque<>(2);

    private @Nullable OpenSocket socket;
    /** Bytes of the client whose messages are being decided. */
    private @Nullable ByteBuf undecided;

    private @Nullable CloseReason ending;
    private CloseReason closer = CloseReason.CLIENT;
    private boolean closerKnown;
    private boolean clientTold;
    private boolean clientEnded;
    private boolean appEnded;
    private boolean gone;
    private @Nullable ScheduledFuture<?> stall;
    private @Nullable ScheduledFuture<?> deadline;

    /**
     * A tunnel that does not carry anything yet.
     *
     * @param client on the same event loop as {@code app}
     * @param onClosed run once, when the client's connection is closed
     */
    public Tunnel(Channel client, Channel app, Runnable onClosed) {
        this.onClosed = onClosed;
        this.client = client;
        this.app = app;
        this.up = new Lane(client, app, FrameScanner.ofClient());
        this.down = new Lane(app, client, FrameScanner.ofApp());
    }

    /** Takes the place of the client's HTTP handlers. */
    public ChannelHandler clientEnd() {
        return new TunnelEnd(this, true);
    }

    /** Takes the place of the app's HTTP handlers. */
    public ChannelHandler appEnd() {
        return new TunnelEnd(this, false);
    }

    /** Begins to carry; {@code open} counts what passes. Called before any byte reaches an end. */
    public void begin(OpenSocket open) {
        socket = open;
        app.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        Transport.here().noticeDeath(client);
        Transport.here().noticeDeath(app);
    }

    /** Asks both sides for bytes; called once both ends are in place. */
    public void flow() {
        client.read();
        app.read();
    }

    /** Ends it with a Close to both sides, from any thread. */
    public void endSoon(CloseReason reason) {
        client.eventLoop().execute(() -> end(reason));
    }

    /** Ends it with a Close to both sides; nothing of the client's passes any more. */
    void end(CloseReason reason) {
        if (ending != null || gone) {
            return;
        }
        ending = reason;
        ByteBuf refused = undecided;
        if (refused != null) {
            undecided = null;
            up.frames().restore();
        }
        if (up.isFree()) {
            var unused = app.writeAndFlush(CloseFrame.toApp(app.alloc(), reason.code(), ThreadLocalRandom.current()));
        }
        closeIn(FRAME_REST);
        if (down.frames().isAtBoundary()) {
            tellClient(reason);
        }
        if (refused != null) {
            awaitClose(refused);
        }
        while (!waiting.isEmpty()) {
            awaitClose(waiting.removeFirst());
        }
        flow();
    }

    void onClientBytes(ByteBuf bytes) {
        if (ending != null || gone) {
            awaitClose(bytes);
        } else {
            waiting.addLast(bytes);
            admitWaiting();
        }
    }

    void onAppBytes(ByteBuf bytes) {
        CloseReason reason = ending;
        if (reason != null) {
            completeFrame(bytes, reason);
            return;
        }
        ByteBuf joined = down.join(bytes);
        int stop = down.frames().scan(joined, joined.readerIndex(), Integer.MAX_VALUE);
        if (down.frames().isBroken()) {
            joined.writerIndex(stop);
        }
        down.pass(joined, stop);
        if (down.frames().isBroken()) {
            end(CloseReason.APP_ERROR);
        } else if (down.frames().isClosing()) {
            closedBy(CloseReason.APP);
        }
    }

    void onReadComplete(boolean fromClient) {
        Lane lane = fromClient ? up : down;
        lane.to().flush();
        if (clientEnded || appEnded) {
            closeIn(ending == null ? STALL : LINGER);
        }
        if (ending != null) {
            lane.from().read();
        } else if (!fromClient || undecided == null) {
            readOn(lane);
        }
    }

    /** One side takes more again. */
    void onWritable(boolean clientTakesMore) {
        Lane lane = clientTakesMore ? down : up;
        if (clientTakesMore || undecided == null) {
            lane.from().read();
        }
    }

    /** One side sends no more; it may still receive. */
    void onEnd(boolean ofClient) {
        clientEnded |= ofClient;
        appEnded |= !ofClient;
        closedBy(ofClient ? CloseReason.CLIENT : CloseReason.APP);
        if (ending != null) {
            var unused = (ofClient ? client : app).close();
            return;
        }
        if (!ofClient) {
            sayFarewell();
        }
        if (clientEnded && appEnded) {
            closeAfterFlush(client);
            closeAfterFlush(app);
        } else {
            if (!ofClient || undecided == null) {
                (ofClient ? up : down).finish();
            }
            closeIn(STALL);
        }
    }

    /** One channel is closed. */
    void onGone(boolean isClient) {
        closedBy(isClient ? CloseReason.CLIENT : CloseReason.APP);
        (isClient ? up : down).release();
        releaseUndecided();
        if (gone) {
            cancel(deadline);
        } else if (ending == null) {
            if (!isClient) {
                sayFarewell();
            }
            closeAfterFlush(isClient ? app : client);
            closeIn(STALL);
        }
        gone = true;
        cancel(stall);
        OpenSocket open = socket;
        if (isClient && open != null) {
            CloseReason reason = ending;
            open.closed(reason == null ? closer : reason);
            onClosed.run();
        }
    }

    private void admitWaiting() {
        while (undecided == null && ending == null && !waiting.isEmpty()) {
            admit(up.join(waiting.removeFirst()));
        }
    }

    /** Lets bytes of the client pass as far as their messages are admitted. */
    private void admit(ByteBuf bytes) {
        OpenSocket open = socket();
        FrameScanner frames = up.frames();
        frames.save();
        int stop = frames.scan(bytes, bytes.readerIndex(), open.gate().mostAtOnce());
        int messages = frames.messages();
        if (frames.sawData()) {
            open.active();
        }
        if (messages == 0 || open.gate().isOpen()) {
            open.passed(messages);
            pass(bytes, stop);
            return;
        }
        CompletableFuture<Integer> decision =
                open.gate().admit(messages, client.eventLoop()).toCompletableFuture();
        if (decision.isDone() && !decision.isCompletedExceptionally()) {
            onAdmitted(bytes, stop, messages, decision.join());
            return;
        }
        undecided = bytes;
        var unused = decision.whenCompleteAsync(
                (admitted, failure) -> onDecision(stop, messages, failure == null ? admitted : MessageGate.UNDECIDED),
                client.eventLoop());
    }

    private void onDecision(int stop, int messages, int admitted) {
        ByteBuf bytes = undecided;
        if (bytes != null) { // else it has ended meanwhile
            undecided = null;
            onAdmitted(bytes, stop, messages, admitted);
            resume();
        }
    }

    private void onAdmitted(ByteBuf bytes, int stop, int messages, int admitted) {
        if (admitted == messages) {
            socket().passed(messages);
            pass(bytes, stop);
            return;
        }
        int allowed = Math.max(admitted, 0);
        up.frames().restore();
        int cut = up.frames().scan(bytes, bytes.readerIndex(), allowed);
        socket().passed(allowed);
        waiting.addFirst(bytes.retainedSlice(cut, bytes.writerIndex() - cut)); // looked through for a Close
        bytes.writerIndex(cut);
        up.pass(bytes, cut);
        end(admitted == MessageGate.UNDECIDED ? CloseReason.STORE_UNAVAILABLE : CloseReason.OVER_LIMIT);
    }

    private void pass(ByteBuf bytes, int stop) {
        FrameScanner frames = up.frames();
        if (frames.isBroken()) {
            bytes.writerIndex(stop);
            up.pass(bytes, stop);
            end(CloseReason.PROTOCOL_ERROR);
        } else if (frames.isFull()) {
            ByteBuf rest = bytes.retainedSlice(stop, bytes.writerIndex() - stop);
            bytes.writerIndex(stop);
            up.pass(bytes, stop);
            waiting.addFirst(rest);
        } else {
            up.pass(bytes, stop);
            if (frames.isClosing()) {
                closedBy(CloseReason.CLIENT);
            }
        }
    }

    /** After a decision that took its time. */
    private void resume() {
        admitWaiting();
        app.flush();
        if (undecided != null || ending != null) {
            return;
        }
        if (clientEnded) {
            up.finish();
        } else {
            readOn(up);
        }
    }

    private void readOn(Lane lane) {
        if (lane.to().isWritable()) {
            lane.from().read();
        } else {
            watchStall(lane.to());
        }
    }

    /** While ending: the client's answer to our Close ends its side. */
    private void awaitClose(ByteBuf bytes) {
        FrameScanner frames = up.frames();
        ByteBuf joined = up.join(bytes);
        int stop = frames.scan(joined, joined.readerIndex(), Integer.MAX_VALUE);
        if (!frames.isBroken()) {
            up.hold(joined, stop);
        }
        joined.release();
        if (clientTold && frames.isClosing()) {
            closeAfterFlush(client);
        }
    }

    /** While ending: what is left of the app's frame still passes, and nothing after it. */
    private void completeFrame(ByteBuf bytes, CloseReason reason) {
        if (clientTold) {
            bytes.release();
            return;
        }
        int rest = (int) Math.min(down.frames().remaining(), bytes.readableBytes());
        int stop = bytes.readerIndex() + rest;
        bytes.writerIndex(stop);
        down.frames().scan(bytes, bytes.readerIndex(), Integer.MAX_VALUE);
        down.pass(bytes, stop);
        if (down.frames().isAtBoundary()) {
            tellClient(reason);
        }
    }

    private void tellClient(CloseReason reason) {
        clientTold = true;
        closeIn(LINGER);
        if (!down.frames().isClosing() && !appEnded) {
            var unused = client.writeAndFlush(CloseFrame.toClient(client.alloc(), reason.code()));
        }
        if (clientEnded || up.frames().isClosing()) {
            closeAfterFlush(client);
        }
    }

    /** An app that ends, or dies, without a word: its client hears that it is to connect anew. */
    private void sayFarewell() {
        if (!clientTold && !clientEnded && !up.frames().isClosing() && down.isFree()) {
            clientTold = true;
            var unused = client.write(CloseFrame.toClient(client.alloc(), CloseReason.GOING_AWAY.code()));
        }
    }

    private void closedBy(CloseReason who) {
        if (!closerKnown) {
            closerKnown = true;
            closer = who;
        }
    }

    /** Ends the tunnel if {@code taker} takes nothing at all for a while; a slow one is not that. */
    private void watchStall(Channel taker) {
        if (stall != null) {
            return;
        }
        long before = taker.bytesBeforeWritable();
        stall = client.eventLoop().schedule(() -> onStallOver(taker, before), STALL.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void onStallOver(Channel taker, long before) {
        stall = null;
        if (!taker.isWritable()) {
            if (taker.bytesBeforeWritable() >= before) {
                end(CloseReason.STALLED);
            } else {
                watchStall(taker);
            }
        }
    }

    /** Closes both channels then, unless it is called again before. */
    private void closeIn(Duration delay) {
        cancel(deadline);
        deadline = client.eventLoop().schedule(this::closeBoth, delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void cancel(@Nullable ScheduledFuture<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private static void closeAfterFlush(Channel channel) {
        var unused = channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    private void closeBoth() {
        var unused = client.close();
        var ignored = app.close();
    }

    private void releaseUndecided() {
        ByteBuf bytes = undecided;
        if (bytes != null) {
            undecided = null;
            bytes.release();
        }
        waiting.forEach(ByteBuf::release);
        waiting.clear();
    }

    private OpenSocket socket() {
        OpenSocket open = socket;
        if (open == null) {
            throw new IllegalStateException("used before it began");
        }
        return open;
    }
}
