package io.redisroles.sidecar;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.EventExecutorGroup;
import io.redisroles.contract.Endpoint;
import io.redisroles.redisprocess.ScratchRedis;
import io.redisroles.sidecar.redis.Password;
import io.redisroles.sidecar.redis.RedisAddress;
import io.redisroles.sidecar.redis.RedisRuntime;
import io.redisroles.sidecar.redis.RedisStore;
import io.redisroles.sidecar.redis.Script;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** The proxy's own connection to a throw-away Redis, and a way to run any command on it. */
public final class TestStore implements AutoCloseable {
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final EventExecutorGroup background = new DefaultEventExecutorGroup(1);
    private final RedisRuntime runtime = new RedisRuntime(loops, background);
    private final RedisStore store;

    public TestStore(ScratchRedis redis) {
        store = new RedisStore(
                runtime,
                new RedisAddress("test", new Endpoint(redis.host(), redis.port()), 0, "", new Password.Literal("")),
                Duration.ofSeconds(30),
                List.of(),
                up -> {});
        await(store.start());
    }

    public RedisStore store() {
        return store;
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
