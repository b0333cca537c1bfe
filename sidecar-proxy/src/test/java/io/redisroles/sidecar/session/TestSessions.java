package io.redisroles.sidecar.session;

import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.EventExecutorGroup;
import io.redisroles.contract.Endpoint;
import io.redisroles.contract.PolicySection;
import io.redisroles.sidecar.TestStore;
import io.redisroles.sidecar.redis.Password;
import io.redisroles.sidecar.redis.RedisAddress;
import io.redisroles.sidecar.redis.RedisRuntime;
import io.redisroles.sidecar.redis.RedisStore;
import io.redisroles.sidecar.redis.TrackingConnection;
import io.redisroles.sidecar.telemetry.ProxyMetrics;
import io.redisroles.sidecar.transport.Transport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The sessions of one sidecar, with threads and connections of its own. */
final class TestSessions implements AutoCloseable {
    final ProxyMetrics metrics = new ProxyMetrics();
    final SeenSessions seen = new SeenSessions(256, 1);
    final Sessions sessions;

    private final EventLoopGroup loops = Transport.here().loops(1);
    private final EventExecutorGroup background = new DefaultEventExecutorGroup(1);
    private final RedisRuntime runtime = new RedisRuntime(loops, background);
    private final RedisStore store;

    /** Whose Redis is at {@code port} of this host; a call may take 5 s. */
    TestSessions(int port) {
        this(port, port, true, Duration.ofSeconds(5));
    }

    TestSessions(int storePort, int trackingPort, boolean caching, Duration timeout) {
        store = new RedisStore(
                runtime, address(storePort), timeout, Sessions.SCRIPTS, metrics.store("test", List.of()));
        TestStore.await(store.start());
        sessions = new Sessions(
                store,
                reader -> new TrackingConnection(runtime, address(trackingPort), timeout, Sessions.SCRIPTS, reader),
                seen,
                caching,
                metrics.sessions(),
                background,
                Clocks.SYSTEM);
        TestStore.await(sessions.start());
        var unused = loops.next().scheduleWithFixedDelay(sessions::tick, 100, 100, TimeUnit.MILLISECONDS);
    }

    private static RedisAddress address(int port) {
        return new RedisAddress("test", new Endpoint("127.0.0.1", port), 0, "", new Password.Literal(""));
    }

    SessionVerdict validate(RequestFields request, PolicySection policy) {
        return TestStore.await(sessions.validate(request, policy));
    }

    SessionVerdict cookie(String id) {
        return validate(TestPolicies.cookie(id), TestPolicies.POLICY);
    }

    /** Whether the session is known, and without asking Redis. */
    boolean isCached(String id) {
        return cookie(id) instanceof SessionVerdict.Valid valid && valid.cached();
    }

    boolean isOut(String id) {
        return cookie(id) instanceof SessionVerdict.Invalid;
    }

    @Override
    public void close() {
        sessions.close();
        store.close();
        runtime.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        background.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
