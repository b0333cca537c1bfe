package io.redisroles.sidecar.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.group.ChannelGroup;
import io.netty.handler.flow.FlowControlHandler;

/** What a client's connection consists of. */
public final class ProxyPipeline extends ChannelInitializer<Channel> {
    private static final int MOST_CONNECTIONS = 4096;

    private final ProxyServices services;
    private final ChannelGroup open;
    private final ConnectionLimit connectionLimit;

    /**
     * A pipeline.
     *
     * @param open where each connection is entered, for {@link #drain}
     */
    public ProxyPipeline(ProxyServices services, ChannelGroup open) {
        this.services = services;
        this.open = open;
        this.connectionLimit = new ConnectionLimit(MOST_CONNECTIONS, services.metrics());
    }

    /** Ends idle connections now and the others after their current request. */
    public static void drain(ChannelGroup connections) {
        connections.forEach(channel -> channel.pipeline().fireUserEventTriggered(ClientConnection.DRAIN));
    }

    @Override
    protected void initChannel(Channel channel) {
        open.add(channel);
        AnswerEncoder encoder = new AnswerEncoder();
        channel.pipeline()
                .addLast(connectionLimit) // shed before parsing
                .addLast(new StrictRequestDecoder()) // bounded, unambiguous input
                .addLast(encoder)
                .addLast(new FlowControlHandler()) // one message per read, so that bodies wait for the verdict
                .addLast(new ClientConnection(services, encoder));
    }
}
