package io.redisroles.sidecar;

import io.netty.channel.EventLoopGroup;
import io.redisroles.contract.StaticSection;
import io.redisroles.contract.StoreName;
import io.redisroles.sidecar.config.PolicySnapshot;
import io.redisroles.sidecar.redis.RedisRuntime;
import io.redisroles.sidecar.redis.TrackingConnection;
import io.redisroles.sidecar.session.Clocks;
import io.redisroles.sidecar.session.NoSessions;
import io.redisroles.sidecar.session.SeenSessions;
import io.redisroles.sidecar.session.SessionValidator;
import io.redisroles.sidecar.session.SessionWatch;
import io.redisroles.sidecar.session.Sessions;
import io.redisroles.sidecar.telemetry.ProxyMetrics;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Everything about sessions, if there is a Redis for them.
 *
 * @param sessions absent where there is none
 * @param seen lately
 */
@SuppressWarnings("OptionalUsedAsFieldOrParameterType") // Without a store every method has an answer of its own.
record SessionParts(Optional<Sessions> sessions, SeenSessions seen) implements AutoCloseable {
    private static final Duration TICK = Duration.ofMillis(500);
    private static final int SEEN_SESSIONS = 32_768;

    static SessionParts of(
            Stores stores, RedisRuntime runtime, Executor background, StaticSection section, ProxyMetrics metrics) {
        SeenSessions seen = new SeenSessions(SEEN_SESSIONS, new SecureRandom().nextLong());
        return new SessionParts(
                stores.find(StoreName.SESSIONS)
                        .map(store -> new Sessions(
                                store,
                                reader -> new TrackingConnection(
                                        runtime, store.address(), section.storeTimeout(), Sessions.SCRIPTS, reader),
                                seen,
                                section.savings().sessionCache(),
                                metrics.sessions(),
                                background,
                                Clocks.SYSTEM)),
                seen);
    }

    /** Begins what goes on by itself; completes when Redis was tried once, at once if {@code policy} needs no sessions. */
    CompletableFuture<Void> start(EventLoopGroup loops, PolicySnapshot policy) {
        if (sessions.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        Sessions all = sessions.get();
        var unused =
                loops.next().scheduleWithFixedDelay(all::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
        return policy.neededStores().contains(StoreName.SESSIONS)
                ? all.start().toCompletableFuture()
                : CompletableFuture.completedFuture(null);
    }

    SessionValidator validator() {
        return sessions.<SessionValidator>map(all -> all).orElseGet(NoSessions::new);
    }

    SessionWatch watch() {
        return sessions.map(Sessions::watch).orElse(SessionWatch.NONE);
    }

    @Override
    public void close() {
        sessions.ifPresent(Sessions::close);
    }
}
