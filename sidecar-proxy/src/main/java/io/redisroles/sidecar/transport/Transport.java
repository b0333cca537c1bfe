package io.redisroles.sidecar.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;

/**
 * The sockets of this process: Linux' epoll where its native library loads, which costs a third less CPU per request than
 * the JDK's selector, and that selector elsewhere. Lettuce makes the same choice by the same test, so both share loops.
 *
 * @param handler of a loop's channels
 * @param server of listeners
 * @param client of connections
 */
public record Transport(
        IoHandlerFactory handler, Class<? extends ServerSocketChannel> server, Class<? extends SocketChannel> client) {
    private static final int KEEPALIVE_IDLE_SECONDS = 60;
    private static final int KEEPALIVE_INTERVAL_SECONDS = 10;
    private static final int KEEPALIVE_PROBES = 4;

    private static final Transport HERE = Epoll.isAvailable()
            ? new Transport(EpollIoHandler.newFactory(), EpollServerSocketChannel.class, EpollSocketChannel.class)
            : new Transport(NioIoHandler.newFactory(), NioServerSocketChannel.class, NioSocketChannel.class);

    /** The one that this machine has. */
    public static Transport here() {
        return HERE;
    }

    /**
     * Has a long-lived connection closed by the kernel when its other end is silently gone: probed after a minute without a
     * byte, given up 40 s later. Costs no byte that either side's program sees.
     */
    public void noticeDeath(Channel channel) {
        channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
        if (client.equals(EpollSocketChannel.class)) {
            channel.config().setOption(EpollChannelOption.TCP_KEEPIDLE, KEEPALIVE_IDLE_SECONDS);
            channel.config().setOption(EpollChannelOption.TCP_KEEPINTVL, KEEPALIVE_INTERVAL_SECONDS);
            channel.config().setOption(EpollChannelOption.TCP_KEEPCNT, KEEPALIVE_PROBES);
        }
    }

    /** New event loops, to be shut down by the caller. */
    public EventLoopGroup loops(int threads) {
        return new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory("loop"), handler);
    }
}
