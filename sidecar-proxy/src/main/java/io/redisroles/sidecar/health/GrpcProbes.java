package io.redisroles.sidecar.health;

import io.netty.channel.EventLoop;
import io.redisroles.contract.AppProbe;
import io.redisroles.sidecar.upstream.AppProtocol;
import io.redisroles.sidecar.upstream.Reuse;
import io.redisroles.sidecar.upstream.UpstreamPool;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Asks health services over gRPC (grpc.health.v1), on connections that are kept for a while. Safe for all threads. */
final class GrpcProbes {
    private final Map<Place, UpstreamPool> pools = new ConcurrentHashMap<>();

    void ask(EventLoop loop, AppProbe.Grpc probe, CompletableFuture<ProbeOutcome> outcome) {
        UpstreamPool pool = pools.computeIfAbsent(
                new Place(loop, probe.port()),
                place -> new UpstreamPool(loop, TcpProbe.app(probe), new AppProtocol(System::nanoTime)));
        GrpcProbe asking = new GrpcProbe(probe, outcome);
        loop.execute(() -> pool.acquireHttp2(Reuse.NEVER, asking));
        var unused = outcome.whenComplete((known, failure) -> loop.execute(asking::end));
    }

    private record Place(EventLoop loop, int port) {}
}
