package io.redisroles.sidecar.redis;

import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to one Redis, kept up by itself. A command is sent at most once and answered within the time-out, or it
 * fails with {@link StoreUnavailableException}; a late reply is discarded. While there is no connection commands fail at
 * once. Safe for all threads; connecting and reconnecting happen on the background thread.
 */
public final class RedisStore implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RedisStore.class);
    private static final long FIRST_DELAY_MILLIS = 50;
    private static final long LONGEST_DELAY_MILLIS = 1000;
    private static final Duration HANDSHAKE_LIMIT = Duration.ofSeconds(1);

    private final RedisRuntime runtime;
    private final RedisAddress address;
    private final Duration timeout;
    private final List<Script> scripts;
    private final Consumer<Boolean> onTransition;

    private volatile @Nullable StatefulRedisConnection<String, String> connection;
    private volatile boolean closed;
    /** When the last reply came, by {@link System#nanoTime}. */
    private final AtomicLong lastReply = new AtomicLong(System.nanoTime());

    // Background thread only.
    private long delayMillis = FIRST_DELAY_MILLIS;
    private String lastFailure = "";

    /**
     * A store that is not connected yet.
     *
     * @param scripts loaded at each connect
     * @param onTransition told when it becomes reachable (true) or not (false)
     */
    public RedisStore(
            RedisRuntime runtime,
            RedisAddress address,
            Duration timeout,
            List<Script> scripts,
            Consumer<Boolean> onTransition) {
        this.runtime = runtime;
        this.address = address;
        this.timeout = timeout;
        this.scripts = List.copyOf(scripts);
        this.onTransition = onTransition;
    }

    /** Begins to connect, and keeps at it. */
    public CompletionStage<Void> start() {
        CompletableFuture<Void> attempted = new CompletableFuture<>();
        runtime.background().execute(() -> connect(attempted));
        return attempted;
    }

    public boolean isUp() {
        return connection != null;
    }

    public RedisAddress address() {
        return address;
    }

    /** Runs a script. */
    public CompletionStage<List<Object>> evaluate(Script script, List<String> keys, List<String> arguments) {
        String[] keyArray = keys.toArray(String[]::new);
        String[] argumentArray = arguments.toArray(String[]::new);
        return call(commands -> {
            CompletionStage<List<Object>> known =
                    commands.evalsha(script.sha1(), ScriptOutputType.MULTI, keyArray, argumentArray);
            return known.exceptionallyCompose(failure -> failure instanceof RedisNoScriptException
                    ? commands.eval(script.text(), ScriptOutputType.MULTI, keyArray, argumentArray)
                    : CompletableFuture.failedStage(failure));
        });
    }

    /** The text of {@code INFO}. */
    public CompletionStage<String> info() {
        return call(RedisAsyncCommands::info);
    }

    private <T> CompletionStage<T> call(Function<RedisAsyncCommands<String, String>, CompletionStage<T>> command) {
        StatefulRedisConnection<String, String> current = connection;
        if (current == null) {
            return CompletableFuture.failedStage(new StoreUnavailableException("not connected"));
        }
        CompletableFuture<T> answer = new CompletableFuture<>();
        long sent = System.nanoTime();
        ScheduledFuture<?> limit = runtime.loops()
                .next()
                .schedule(() -> silent(current, sent, answer), timeout.toNanos(), TimeUnit.NANOSECONDS);
        command.apply(current.async()).whenComplete((value, failure) -> {
            limit.cancel(false);
            lastReply.set(System.nanoTime());
            if (failure == null) {
                answer.complete(value);
            } else {
                answer.completeExceptionally(new StoreUnavailableException(kindOf(failure), failure));
            }
        });
        return answer;
    }

    /** No reply in time. If nothing at all came since, the connection counts as dead: what follows must not wait for it. */
    private void silent(StatefulRedisConnection<String, String> current, long sent, CompletableFuture<?> answer) {
        if (answer.completeExceptionally(new StoreUnavailableException("no reply within " + timeout))
                && lastReply.get() - sent < 0) {
            runtime.background().execute(() -> lost(current, "silent"));
        }
    }

    private void connect(CompletableFuture<Void> attempted) {
        if (closed) {
            return;
        }
        try {
            var unused = runtime.client()
                    .connectAsync(StringCodec.UTF8, uri())
                    .thenCompose(this::loadScripts)
                    .whenCompleteAsync(
                            (fresh, failure) -> {
                                if (failure == null) {
                                    connected(fresh);
                                } else {
                                    retry(kindOf(failure));
                                }
                                attempted.complete(null);
                            },
                            runtime.background());
        } catch (IOException | RuntimeException e) {
            retry(kindOf(e));
            attempted.complete(null);
        }
    }

    private RedisURI uri() throws IOException {
        String host = InetAddress.getByName(address.endpoint().host()).getHostAddress();
        RedisURI.Builder uri = RedisURI.builder()
                .withHost(host)
                .withPort(address.endpoint().port())
                .withDatabase(address.database())
                .withTimeout(HANDSHAKE_LIMIT);
        char[] password = address.password().read();
        if (password.length > 0) {
            if (address.username().isEmpty()) {
                uri.withPassword(password);
            } else {
                uri.withAuthentication(address.username(), password);
            }
        }
        return uri.build();
    }

    private CompletionStage<StatefulRedisConnection<String, String>> loadScripts(
            StatefulRedisConnection<String, String> fresh) {
        CompletableFuture<?>[] loaded = scripts.stream()
                .map(script -> fresh.async().scriptLoad(script.text()).toCompletableFuture())
                .toArray(CompletableFuture[]::new);
        ScheduledFuture<?> limit = runtime.background()
                .schedule((Runnable) () -> closeQuietly(fresh), HANDSHAKE_LIMIT.toNanos(), TimeUnit.NANOSECONDS);
        return CompletableFuture.allOf(loaded).handle((nothing, failure) -> {
            limit.cancel(false);
            if (failure != null) {
                closeQuietly(fresh);
                throw new StoreUnavailableException(kindOf(failure), failure);
            }
            return fresh;
        });
    }

    private void connected(StatefulRedisConnection<String, String> fresh) {
        fresh.addListener(new RedisConnectionStateListener() {
            @Override
            public void onRedisDisconnected(io.lettuce.core.RedisChannelHandler<?, ?> handler) {
                runtime.background().execute(() -> lost(fresh, "disconnected"));
            }
        });
        delayMillis = FIRST_DELAY_MILLIS;
        lastFailure = "";
        connection = fresh;
        LOG.atInfo()
                .addKeyValue("role", address.role())
                .addKeyValue("at", address.endpoint())
                .log("Redis is reachable");
        onTransition.accept(true);
        if (closed || !fresh.isOpen()) {
            lost(fresh, "disconnected");
        }
    }

    private void lost(StatefulRedisConnection<String, String> dead, String why) {
        if (connection != dead) {
            return;
        }
        connection = null;
        closeQuietly(dead);
        if (!closed) {
            retry(why);
        }
    }

    private void retry(String why) {
        if (lastFailure.isEmpty()) {
            onTransition.accept(false);
        }
        if (!lastFailure.equals(why)) {
            LOG.atWarn()
                    .addKeyValue("role", address.role())
                    .addKeyValue("at", address.endpoint())
                    .addKeyValue("reason", why)
                    .log("Redis is not reachable");
            lastFailure = why;
        }
        long jittered = delayMillis / 2 + ThreadLocalRandom.current().nextLong(delayMillis / 2 + 1);
        delayMillis = Math.min(2 * delayMillis, LONGEST_DELAY_MILLIS);
        var unused = runtime.background()
                .schedule(() -> connect(new CompletableFuture<>()), jittered, TimeUnit.MILLISECONDS);
    }

    private static void closeQuietly(StatefulRedisConnection<String, String> unwanted) {
        var unused = unwanted.closeAsync();
    }

    /** The first word of Redis' error, or the exception's kind: never what a command carried. */
    private static String kindOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = String.valueOf(root.getMessage());
        int space = message.indexOf(' ');
        String first = space < 0 ? message : message.substring(0, space);
        boolean redisCode = !first.isEmpty() && first.chars().allMatch(c -> c >= 'A' && c <= 'Z');
        return redisCode ? first : root.getClass().getSimpleName();
    }

    @Override
    public void close() {
        closed = true;
        StatefulRedisConnection<String, String> current = connection;
        connection = null;
        if (current != null) {
            closeQuietly(current);
        }
    }
}
