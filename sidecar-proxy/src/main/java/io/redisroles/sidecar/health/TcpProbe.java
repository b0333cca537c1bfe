package io.redisroles.sidecar.health;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.redisroles.contract.AppProbe;
import io.redisroles.sidecar.transport.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;

/** Whether the app takes connections. */
final class TcpProbe {
    private TcpProbe() {}

    static void ask(EventLoop loop, AppProbe.TcpSocket probe, CompletableFuture<ProbeOutcome> outcome) {
        ChannelFuture connecting = bootstrap(loop, probe)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(app(probe));
        connecting.addListener(connected -> {
            if (connected.isSuccess()) {
                outcome.complete(ProbeOutcome.well("connected"));
            } else {
                outcome.complete(ProbeOutcome.unwell("no connection to port " + probe.port()));
            }
            var unused = connecting.channel().close();
        });
    }

    static Bootstrap bootstrap(EventLoop loop, AppProbe probe) {
        return new Bootstrap()
                .group(loop)
                .channel(Transport.here().client())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        probe.timeout().toMillis());
    }

    static InetSocketAddress app(AppProbe probe) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), probe.port());
    }
}
