package io.redisroles.sidecar.health;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http.HttpHeaders;
import io.redisroles.contract.AppProbe;
import io.redisroles.contract.DurationText;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Asks the app what the kubelet asks the sidecar, directly and past all limits. One probe is asked once at a time: who asks
 * meanwhile gets the same outcome, so that nobody can make the app busy with its probes. Safe for all threads.
 */
public final class AppProbes {
    private final EventLoopGroup loops;
    private final Map<String, AppProbe> probes;
    private final Map<String, CompletableFuture<ProbeOutcome>> running = new ConcurrentHashMap<>();
    private final GrpcProbes grpc = new GrpcProbes();

    /**
     * All probes of a pod.
     *
     * @param probes by their path below {@code /app/}
     */
    public AppProbes(EventLoopGroup loops, Map<String, AppProbe> probes) {
        this.loops = loops;
        this.probes = new LinkedHashMap<>(probes);
    }

    /**
     * Asks the app.
     *
     * @param asked the fields of the kubelet's own request
     * @return empty if there is no such probe
     */
    public Optional<CompletionStage<ProbeOutcome>> ask(String key, HttpHeaders asked) {
        return Optional.ofNullable(probes.get(key)).map(probe -> {
            CompletableFuture<ProbeOutcome> outcome = new CompletableFuture<>();
            // Whoever is told the outcome and asks again asks anew.
            CompletableFuture<ProbeOutcome> told = outcome.whenComplete((known, failure) -> running.remove(key));
            CompletableFuture<ProbeOutcome> before = running.putIfAbsent(key, told);
            if (before != null) {
                return before;
            }
            begin(probe, asked, outcome);
            return told;
        });
    }

    private void begin(AppProbe probe, HttpHeaders asked, CompletableFuture<ProbeOutcome> outcome) {
        EventLoop loop = loops.next();
        var timer = loop.schedule(
                () -> outcome.complete(ProbeOutcome.late("no answer within " + DurationText.format(probe.timeout()))),
                probe.timeout().toMillis(),
                TimeUnit.MILLISECONDS);
        var unused = outcome.whenComplete((known, failure) -> timer.cancel(false));
        if (probe instanceof AppProbe.HttpGet get) {
            HttpProbe.ask(loop, get, asked, outcome);
        } else if (probe instanceof AppProbe.TcpSocket socket) {
            TcpProbe.ask(loop, socket, outcome);
        } else if (probe instanceof AppProbe.Grpc check) {
            grpc.ask(loop, check, outcome);
        }
    }
}
