package io.redisroles.sidecar.redis;

import io.netty.channel.EventLoop;
import io.redisroles.sidecar.telemetry.StoreMetrics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One Redis, connected once per event loop of the proxy. A command is sent at most once and answered in time, or fails with
 * {@link StoreUnavailableException}; a late reply is discarded. While Redis cannot be used, commands fail at once. What an
 * event loop asks is answered on that loop, without a hop. Safe for all threads.
 */
public final class RedisStore implements AutoCloseable {
    private static final long CLOSE_SECONDS = 2;
    private static final byte[] INFO = "INFO".getBytes(StandardCharsets.US_ASCII);

    private final RedisAddress address;
    private final StoreHealth health;
    private final List<Lane> lanes = new ArrayList<>();

    /**
     * A store that is not connected yet.
     *
     * @param timeout how long a reply may take at most; less where Redis has lately been much faster
     * @param scripts loaded at each connect
     */
    public RedisStore(
            RedisRuntime runtime, RedisAddress address, Duration timeout, List<Script> scripts, StoreMetrics metrics) {
        this.address = address;
        List<EventLoop> loops = runtime.lanes();
        this.health = new StoreHealth(address, metrics, loops.size());
        List<Script> loaded = List.copyOf(scripts);
        for (EventLoop loop : loops) {
            lanes.add(new Lane(runtime.connector(), address, loop, timeout, loaded, health, metrics));
        }
    }

    /** Begins to connect, and keeps at it; completes when that was tried once. */
    public CompletionStage<Void> start() {
        return CompletableFuture.allOf(lanes.stream().map(Lane::start).toArray(CompletableFuture[]::new));
    }

    public boolean isUp() {
        return health.isUp();
    }

    /** Waits until it could be used once; false if that takes longer than {@code limit}. Not on an event loop. */
    public boolean awaitUp(Duration limit) {
        try {
            return health.awaitUp(limit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    public RedisAddress address() {
        return address;
    }

    /** Runs a script; the reply's bulk strings become texts. */
    public CompletionStage<List<Object>> evaluate(Script script, List<String> keys, List<String> arguments) {
        StageReply answer = new StageReply();
        lane().call(Call.script(script, bytes(keys), bytes(arguments), true, answer));
        return answer;
    }

    /**
     * Runs a script; the reply's bulk strings stay bytes. The cheapest way: nothing is copied or converted.
     *
     * @param keys not to be changed afterwards, no more than {@code arguments}
     * @param reply told on the event loop that asks, else on one of them
     */
    public void evaluate(Script script, byte[][] keys, byte[][] arguments, Reply reply) {
        lane().call(Call.script(script, keys, arguments, false, reply));
    }

    /** Runs a script; the reply's bulk strings stay bytes. */
    public CompletionStage<List<Object>> evaluate(Script script, byte[][] keys, byte[][] arguments) {
        StageReply answer = new StageReply();
        evaluate(script, keys, arguments, answer);
        return answer;
    }

    /**
     * Runs {@code task} when all that this tick of the event loop reads has been read: to ask once for what several requests
     * of the tick need. Calls that it makes still share the tick's flush.
     */
    public void atEndOfTick(Runnable task) {
        lane().loop().execute(task);
    }

    /** The text of {@code INFO}. */
    public CompletionStage<String> info() {
        StageReply answer = new StageReply();
        lane().call(Call.command(answer, INFO));
        return answer.thenApply(values -> (String) values.get(0));
    }

    /** Closes the connections, and waits for that a short while; not on an event loop. */
    @Override
    public void close() {
        try {
            CompletableFuture.allOf(lanes.stream().map(Lane::close).toArray(CompletableFuture[]::new))
                    .get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // They end with their loops.
        }
    }

    private Lane lane() {
        for (Lane lane : lanes) {
            if (lane.loop().inEventLoop()) {
                return lane;
            }
        }
        return lanes.get(0);
    }

    private static byte[][] bytes(List<String> texts) {
        byte[][] bytes = new byte[texts.size()][];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = texts.get(i).getBytes(StandardCharsets.UTF_8);
        }
        return bytes;
    }
}
