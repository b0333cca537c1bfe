package io.redisroles.sidecar.http;

import io.netty.channel.EventLoop;
import io.redisroles.sidecar.admission.Admission;
import io.redisroles.sidecar.config.ActiveKeys.Hashes;
import io.redisroles.sidecar.config.ActivePolicy;
import io.redisroles.sidecar.socket.Sockets;
import io.redisroles.sidecar.telemetry.ProxyMetrics;
import io.redisroles.sidecar.upstream.UpstreamPool;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What every connection of the proxy shares. Safe for all threads.
 *
 * @param policy in force
 * @param admission decides
 * @param sockets what stays open: WebSockets, and answers that stream
 * @param identity tells the app who asks
 * @param rateLimits tells the client where it stands
 * @param answers the proxy's own
 * @param pools connections to the app, by event loop
 * @param timeouts how long to wait for whom
 */
public record ProxyServices(
        ActivePolicy policy,
        Admission admission,
        Sockets sockets,
        IdentityFields identity,
        RateLimitFields rateLimits,
        Answers answers,
        Function<EventLoop, UpstreamPool> pools,
        Timeouts timeouts,
        HeadBudget heads,
        ProxyMetrics metrics) {
    /**
     * Puts them together.
     *
     * @param sessionHashes hash session ids for the app
     * @param answerSource whether answers say who decided
     */
    public static ProxyServices of(
            ActivePolicy policy,
            Admission admission,
            Sockets sockets,
            Supplier<Hashes> sessionHashes,
            boolean answerSource,
            Function<EventLoop, UpstreamPool> pools,
            Timeouts timeouts,
            ProxyMetrics metrics) {
        RateLimitFields rateLimits = new RateLimitFields(answerSource);
        return new ProxyServices(
                policy,
                admission,
                sockets,
                new IdentityFields(sessionHashes),
                rateLimits,
                new Answers(rateLimits),
                pools,
                timeouts,
                HeadBudget.ofHeap(),
                metrics);
    }

    /** The same before another port of the app. */
    ProxyServices before(Function<EventLoop, UpstreamPool> otherPools) {
        return new ProxyServices(
                policy, admission, sockets, identity, rateLimits, answers, otherPools, timeouts, heads, metrics);
    }
}
