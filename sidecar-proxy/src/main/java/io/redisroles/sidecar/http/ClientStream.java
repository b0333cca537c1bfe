package io.redisroles.sidecar.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpObject;
import java.net.InetAddress;

/**
 * What carries an {@link Exchange}: a client's connection, or one stream of it. Hands over one message for each
 * {@link #read}. Everything happens on its event loop.
 */
interface ClientStream {
    EventLoop loop();

    ProxyServices services();

    /** Who is connected: the client, or a proxy before it. */
    InetAddress peer();

    /** The peer's address as text. */
    String peerText();

    /** What this stream waits for. */
    Deadline deadline();

    /** Whether the client takes more of the answer now; {@link Exchange#onClientWritable} tells when it does again. */
    boolean isWritable();

    /** Whether the answer that is about to begin must be the last one. */
    boolean isLastAnswer();

    /** Asks for the next message of the request. */
    void read();

    /** Announces a final answer, before its head is written. */
    void answering(boolean headRequest);

    /** Takes the message over, on every path. */
    void write(HttpObject message);

    void flush();

    /** The same at the end of this tick of the event loop, if that is cheaper; nothing that was written gets lost before. */
    default void flushSoon() {
        flush();
    }

    /** The exchange has ended with a complete request and a complete answer; the next may begin. */
    void exchangeDone();

    /** The exchange has ended; the client gets the whole answer, then no more. */
    void closeGracefully();

    /** Whether it can go on in another protocol than HTTP. */
    default boolean isUpgradable() {
        return false;
    }

    /** The bare connection of an upgradable stream. */
    default Channel channel() {
        throw new IllegalStateException("not upgradable");
    }

    /**
     * Leaves an upgradable stream's connection to {@code successor}: nothing that is written is HTTP any more; then runs
     * {@code between}; then what the client sends, or has sent, is not HTTP either.
     */
    default void handOver(ChannelHandler successor, Runnable between) {
        throw new IllegalStateException("not upgradable");
    }

    /** Cuts off, at once: an answer that is not complete is seen to be cut off. */
    void close();

    /** Whether it is a stream of HTTP/2. */
    default boolean isHttp2() {
        return false;
    }

    /**
     * Cuts off, with the app's reason where the protocol has a place for it.
     *
     * @param code RFC 9113 §7
     */
    default void reset(long code) {
        close();
    }
}
