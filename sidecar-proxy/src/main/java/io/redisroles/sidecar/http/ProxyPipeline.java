package io.redisroles.sidecar.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.group.ChannelGroup;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.redisroles.sidecar.config.PolicySnapshot;
import io.redisroles.sidecar.transport.EndOfTick;
import io.redisroles.sidecar.tunnel.Tunnel;
import io.redisroles.sidecar.upstream.UpstreamPool;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** What a client's connection consists of. */
public final class ProxyPipeline extends ChannelInitializer<Channel> {
    private static final int MOST_CONNECTIONS = 4096;
    private static final int MAX_PROXY_HEADER_EXTENSIONS = 2048;

    private final ProxyServices services;
    private final ChannelGroup open;
    private final ConnectionLimit connectionLimit;
    private final BooleanSupplier leaving;

    /**
     * A pipeline.
     *
     * @param open where each connection is entered, for {@link #drain}
     * @param leaving whether new connections too are for one request only
     */
    public ProxyPipeline(ProxyServices services, ChannelGroup open, BooleanSupplier leaving) {
        this.services = services;
        this.open = open;
        this.connectionLimit = new ConnectionLimit(MOST_CONNECTIONS, services.metrics());
        this.leaving = leaving;
    }

    private ProxyPipeline(ProxyServices services, ProxyPipeline sibling) {
        this.services = services;
        this.open = sibling.open;
        this.connectionLimit = sibling.connectionLimit;
        this.leaving = sibling.leaving;
    }

    /** One for another port of the app, within the same bounds. */
    public ProxyPipeline before(Function<EventLoop, UpstreamPool> pools) {
        return new ProxyPipeline(services.before(pools), this);
    }

    /** Ends idle connections now and the others after their current request. */
    public static void drain(ChannelGroup connections) {
        connections.forEach(channel -> channel.pipeline().fireUserEventTriggered(ClientConnection.DRAIN));
    }

    /** Has clients connect anew after their next answer; nobody is refused. */
    public static void disperse(ChannelGroup connections) {
        connections.forEach(channel -> channel.pipeline().fireUserEventTriggered(ClientConnection.LEAVE));
    }

    /** Tells those who are still connected that nobody waits for them any longer. */
    public static void leave(ChannelGroup connections) {
        connections.forEach(channel -> channel.pipeline().fireUserEventTriggered(Tunnel.GOING_AWAY));
    }

    @Override
    protected void initChannel(Channel channel) {
        open.add(channel);
        AnswerEncoder encoder = new AnswerEncoder();
        HeadBudget.Share heads = services.heads().ofConnection();
        EndOfTick endOfTick = services.pools().apply(channel.eventLoop()).endOfTick();
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addLast(connectionLimit); // shed before parsing
        if (beginsWithProxyHeader(channel)) {
            pipeline.addLast(new HAProxyMessageDecoder(MAX_PROXY_HEADER_EXTENSIONS, true));
            pipeline.addLast(new ProxyHeader(services.metrics())); // who is behind the proxy that is connected
        }
        pipeline.addLast(new FirstBytes(services.metrics())) // anything but HTTP ends here
                .addLast(new Preface(services)) // goes on in HTTP/2, if the client does
                .addLast(new StrictRequestDecoder(heads)) // bounded, unambiguous input
                .addLast(encoder)
                .addLast(new ClientConnection(services, endOfTick, encoder, heads)); // one request after the other
        if (leaving.getAsBoolean()) {
            pipeline.fireUserEventTriggered(ClientConnection.LEAVE);
        }
    }

    /** Decided when the connection is accepted, by the policy of that moment. */
    private boolean beginsWithProxyHeader(Channel channel) {
        PolicySnapshot policy = services.policy().snapshot();
        return policy.section().client().proxyProtocol() && policy.clients().isTrusted(PeerAddress.of(channel));
    }
}
