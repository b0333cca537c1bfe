package io.redisroles.sidecar.http;

import io.netty.channel.EventLoop;
import io.redisroles.sidecar.admission.Admission;
import io.redisroles.sidecar.config.ActivePolicy;
import io.redisroles.sidecar.config.KeyedHash;
import io.redisroles.sidecar.telemetry.ProxyMetrics;
import io.redisroles.sidecar.upstream.UpstreamPool;
import java.time.Duration;
import java.util.function.Function;

/**
 * What every connection of the proxy shares. Safe for all threads.
 *
 * @param policy in force
 * @param admission decides
 * @param identity tells the app who asks
 * @param rateLimits tells the client where it stands
 * @param answers the proxy's own
 * @param pools connections to the app, by event loop
 * @param upstreamTimeout how long the app may take to begin its answer
 */
public record ProxyServices(
        ActivePolicy policy,
        Admission admission,
        IdentityFields identity,
        RateLimitFields rateLimits,
        Answers answers,
        Function<EventLoop, UpstreamPool> pools,
        Duration upstreamTimeout,
        ProxyMetrics metrics) {
    /**
     * Puts them together.
     *
     * @param sessionHash hashes session ids for the app
     * @param answerSource whether answers say who decided
     */
    public static ProxyServices of(
            ActivePolicy policy,
            Admission admission,
            KeyedHash sessionHash,
            boolean answerSource,
            Function<EventLoop, UpstreamPool> pools,
            Duration upstreamTimeout,
            ProxyMetrics metrics) {
        RateLimitFields rateLimits = new RateLimitFields(answerSource);
        return new ProxyServices(
                policy,
                admission,
                new IdentityFields(sessionHash),
                rateLimits,
                new Answers(rateLimits),
                pools,
                upstreamTimeout,
                metrics);
    }
}
