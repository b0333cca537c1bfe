package io.redisroles.sidecar.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection under HTTP/2: counts its streams, closes it when it has had none for a while, and ends it in two
 * steps (RFC 9113 §6.8): no new streams from the next round trip on, then the streams that there are finish. Everything
 * happens on its event loop.
 */
final class Http2Connection extends ChannelInboundHandlerAdapter {
    /** A client that does not answer a PING gets the second GOAWAY all the same. */
    private static final Duration ROUND_TRIP_LIMIT = Duration.ofSeconds(1);

    private static final long DRAIN_PING = 0x647261696eL;

    private final ProxyServices services;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Deadline deadline;
    private @Nullable String peerText;
    private int streams;
    private Drain drain = Drain.NONE;

    private enum Drain {
        NONE,
        ANNOUNCED,
        FINISHING
    }

    Http2Connection(ProxyServices services) {
        this.services = services;
    }

    /** A stream has begun. */
    void opened(Channel stream) {
        streams++;
        deadline().clear();
        stream.closeFuture().addListener(closed -> onStreamClosed());
    }

    InetAddress peer() {
        return PeerAddress.of(context().channel());
    }

    String peerText() {
        String known = peerText;
        if (known == null) {
            known = NetUtil.toAddressString(peer());
            peerText = known;
        }
        return known;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
        deadline = new Deadline(added.executor());
        awaitStreams();
    }

    @Override
    public void channelRead(ChannelHandlerContext reading, Object frame) {
        if (frame instanceof Http2PingFrame ping && ping.ack() && ping.content() == DRAIN_PING) {
            finish();
        }
        ReferenceCountUtil.release(frame);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext triggered, Object event) {
        if (event == ClientConnection.DRAIN || event == ClientConnection.LEAVE) {
            announceEnd();
        } else if (event instanceof ChannelInputShutdownEvent) {
            close();
        } else {
            triggered.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext inactive) {
        deadline().dispose();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext caught, Throwable cause) {
        if (!(cause instanceof Http2Exception)) { // those the codec answers with GOAWAY, and closes
            close();
        }
    }

    private void onStreamClosed() {
        streams--;
        if (streams > 0 || !context().channel().isActive()) {
            return;
        }
        if (drain == Drain.FINISHING) {
            close();
        } else if (drain == Drain.NONE) {
            awaitStreams();
        }
    }

    private void awaitStreams() {
        deadline().set(services.timeouts().keepAlive(), this::announceEnd);
    }

    /** The client learns that it should send no more, but what is on its way already is still served. */
    private void announceEnd() {
        if (drain != Drain.NONE) {
            return;
        }
        drain = Drain.ANNOUNCED;
        var unused =
                context().write(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR).setExtraStreamIds(Integer.MAX_VALUE));
        var ignored = context().writeAndFlush(new DefaultHttp2PingFrame(DRAIN_PING));
        deadline().set(ROUND_TRIP_LIMIT, this::finish);
    }

    private void finish() {
        if (drain != Drain.ANNOUNCED) {
            return;
        }
        drain = Drain.FINISHING;
        deadline().clear();
        var unused = context().writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR));
        if (streams == 0) {
            close();
        }
    }

    private void close() {
        var unused = context().close();
    }

    private Deadline deadline() {
        Deadline current = deadline;
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
