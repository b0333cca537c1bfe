package io.redisroles.sidecar.http;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Whom a connection comes from: whom its PROXY protocol header names, or else who is connected. */
final class PeerAddress {
    private static final AttributeKey<InetAddress> TOLD = AttributeKey.valueOf(PeerAddress.class, "told");

    private PeerAddress() {}

    static InetAddress of(Channel channel) {
        InetAddress told = channel.attr(TOLD).get();
        if (told != null) {
            return told;
        }
        return channel.remoteAddress() instanceof InetSocketAddress peer && peer.getAddress() != null
                ? peer.getAddress()
                : InetAddress.getLoopbackAddress();
    }

    /** A trusted proxy names whom it connects for. */
    static void tell(Channel channel, InetAddress address) {
        channel.attr(TOLD).set(address);
    }
}
