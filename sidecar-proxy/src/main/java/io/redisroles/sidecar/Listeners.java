package io.redisroles.sidecar;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.redisroles.contract.ConfigException;
import io.redisroles.contract.Endpoint;
import io.redisroles.sidecar.transport.Transport;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The ports that are listened on, by what for. One thread. */
final class Listeners {
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(32 * 1024, 64 * 1024);

    private final EventLoopGroup loops;
    private final Map<Use, List<Channel>> open = new EnumMap<>(Use.class);

    Listeners(EventLoopGroup loops) {
        this.loops = loops;
        for (Use use : Use.values()) {
            open.put(use, new ArrayList<>());
        }
    }

    /** What a port is for. */
    enum Use {
        /** Requests. */
        INBOUND,
        /** Bytes without policy. */
        OPAQUE,
        PROBES,
        ADMIN;

        private boolean isProxied() {
            return this == INBOUND || this == OPAQUE;
        }
    }

    /**
     * Listens.
     *
     * @param place in the configuration, for the error
     * @throws ConfigException if it cannot
     */
    void listen(Use use, String place, Endpoint endpoint, ChannelHandler pipeline) {
        listen(use, place, resolved(endpoint), pipeline);
    }

    /** Listens on every address of this host, of both families where it has both. */
    void listenEverywhere(Use use, String place, int port, ChannelHandler pipeline) {
        listen(use, place, new InetSocketAddress(port), pipeline);
    }

    private void listen(Use use, String place, InetSocketAddress address, ChannelHandler pipeline) {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops)
                .channel(Transport.here().server())
                .option(ChannelOption.SO_BACKLOG, 1024)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.AUTO_READ, !use.isProxied())
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, use.isProxied())
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(pipeline);
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new ConfigException(
                    place + ": cannot listen on " + address.getHostString() + ":" + address.getPort() + " ("
                            + bound.cause().getMessage() + ")",
                    bound.cause());
        }
        of(use).add(bound.channel());
    }

    InetSocketAddress address(Use use, int index) {
        return (InetSocketAddress) of(use).get(index).localAddress();
    }

    void close(Use use) {
        of(use).forEach(listener -> listener.close().awaitUninterruptibly());
    }

    void close() {
        for (Use use : Use.values()) {
            close(use);
        }
    }

    private List<Channel> of(Use use) {
        return open.getOrDefault(use, List.of());
    }

    static InetSocketAddress resolved(Endpoint endpoint) {
        InetSocketAddress address = new InetSocketAddress(endpoint.host(), endpoint.port());
        if (address.isUnresolved()) {
            throw new ConfigException("no address is known for " + endpoint);
        }
        return address;
    }
}
