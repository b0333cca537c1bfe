package io.redisroles.sidecar;

import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.EventExecutorGroup;
import io.redisroles.contract.Endpoint;
import io.redisroles.redisprocess.ScratchRedis;
import io.redisroles.sidecar.redis.Password;
import io.redisroles.sidecar.redis.RedisAddress;
import io.redisroles.sidecar.redis.RedisRuntime;
import io.redisroles.sidecar.redis.RedisStore;
import io.redisroles.sidecar.redis.Script;
import io.redisroles.sidecar.redis.TrackingConnection;
import io.redisroles.sidecar.telemetry.ProxyMetrics;
import io.redisroles.sidecar.transport.Transport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/** The proxy's own connection to a throw-away Redis, and a way to run any command on it. */
public final class TestStore implements AutoCloseable {
    private final EventLoopGroup loops = Transport.here().loops(1);
    private final EventExecutorGroup background = new DefaultEventExecutorGroup(1);
    private final RedisRuntime runtime = new RedisRuntime(loops, background);
    private final ProxyMetrics metrics = new ProxyMetrics();
    private final RedisStore store;

    public TestStore(ScratchRedis redis) {
        this(redis, "", "");
    }

    /** The same, logged in as an ACL user. */
    public TestStore(ScratchRedis redis, String username, String password) {
        this(redis.port(), Duration.ofSeconds(30), List.of(), username, new Password.Literal(password));
    }

    /** Connected to a port on loopback, and not as patient. */
    public TestStore(int port, Duration timeout, List<Script> scripts) {
        this(port, timeout, scripts, "", new Password.Literal(""));
    }

    /** Connected as somebody. */
    public TestStore(int port, Duration timeout, List<Script> scripts, String username, Password password) {
        this(new RedisAddress("test", new Endpoint("127.0.0.1", port), 0, username, password), timeout, scripts);
    }

    /** Connected to wherever. */
    public TestStore(RedisAddress address, Duration timeout, List<Script> scripts) {
        store = new RedisStore(runtime, address, timeout, scripts, metrics.store("test", List.of("limits")));
        await(store.start());
    }

    public RedisStore store() {
        return store;
    }

    /** A connection to the same Redis that is told what changes. */
    public TrackingConnection tracking(TrackingConnection.Reader reader) {
        return tracking(Duration.ofSeconds(30), reader);
    }

    /** The same, and not as patient. */
    public TrackingConnection tracking(Duration timeout, TrackingConnection.Reader reader) {
        return new TrackingConnection(runtime, store.address(), timeout, List.of(), reader);
    }

    /** Runs something on the event loop, as a request would; returns when it has run. */
    public void onLoop(Runnable task) {
        var unused = loops.next().submit(task).syncUninterruptibly();
    }

    public String metrics() {
        return metrics.scrape();
    }

    /** Waits until the metrics have all of these parts: what is counted after an answer left comes a moment later. */
    public void awaitMetrics(String... parts) {
        Awaitility.await().untilAsserted(() -> assertThat(metrics()).contains(parts));
    }

    /** The sum of what has this name. */
    public double metric(String name) {
        return metrics.scrape()
                .lines()
                .filter(line -> line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    /** Runs one command; numbers and texts come back as texts, lists joined by a blank. */
    public String command(String... words) {
        Script script = Script.of("local r = redis.call(unpack(ARGV)) if type(r) == 'table' then"
                + " return {r.ok or table.concat(r, ' ')} end return {tostring(r)}");
        return String.valueOf(
                await(store.evaluate(script, List.of(), List.of(words))).get(0));
    }

    public static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        store.close();
        runtime.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        background.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
