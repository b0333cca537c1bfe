package io.redisroles.sample;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one connection to Redis. It is made when it is needed and none is open, and reads the binding again each time, so that
 * Redis may come and go and its password may change. Safe for all threads.
 */
final class RedisConnection implements AutoCloseable {
    /** Leaves a caller time to say within a second that Redis is not there. */
    private static final Duration ANSWER_LIMIT = Duration.ofMillis(800);

    private static final Duration CONNECT_LIMIT = Duration.ofMillis(500);
    private static final Duration RETRY_PAUSE = Duration.ofMillis(100);
    private static final int MOST_WAITING = 1000;
    private static final Logger LOG = LoggerFactory.getLogger(RedisConnection.class);

    private final Path bindingRoot;
    private final ClientResources resources;
    private final RedisClient client;
    private final AtomicBoolean lossReported = new AtomicBoolean();

    /** The latest attempt to connect; replaced under the lock of this, so that there is one attempt at a time. */
    private CompletableFuture<StatefulRedisConnection<String, String>> latest =
            CompletableFuture.failedFuture(new IllegalStateException("not connected yet"));

    /** Will use the binding of type redis below {@code bindingRoot}. */
    RedisConnection(Path bindingRoot) {
        this.bindingRoot = bindingRoot;
        this.resources = DefaultClientResources.builder()
                .ioThreadPoolSize(1)
                .computationThreadPoolSize(1)
                .build();
        this.client = RedisClient.create(resources);
        client.setOptions(ClientOptions.builder()
                .autoReconnect(false)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(MOST_WAITING)
                // One limit for connecting and asking together, below; a second one would only hide which has passed.
                .timeoutOptions(TimeoutOptions.builder().timeoutCommands(false).build())
                .socketOptions(
                        SocketOptions.builder().connectTimeout(CONNECT_LIMIT).build())
                .build());
    }

    /** Connects unless it is connected; completes when that has succeeded or failed, with whether it did. */
    CompletableFuture<Boolean> connect() {
        return open().handle((connection, failure) -> failure == null);
    }

    /** Sends commands; fails within 0.8 s if Redis does not answer them. */
    <T> CompletableFuture<T> ask(Function<RedisAsyncCommands<String, String>, CompletionStage<T>> question) {
        CompletableFuture<StatefulRedisConnection<String, String>> connection = open();
        return connection
                .thenCompose(open -> question.apply(open.async()))
                .orTimeout(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((answer, failure) -> {
                    // A connection that does not answer may never do so again; a new one can.
                    if (failure instanceof TimeoutException && connection.isDone()) {
                        reportLoss(failure);
                        drop(connection);
                    }
                });
    }

    @Override
    public void close() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        resources.shutdown(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private synchronized CompletableFuture<StatefulRedisConnection<String, String>> open() {
        if (latest.isDone() && !isOpen(latest)) {
            drop(latest);
            CompletableFuture<StatefulRedisConnection<String, String>> next = new CompletableFuture<>();
            latest = next;
            var unused = CompletableFuture.supplyAsync(this::address)
                    .thenCompose(address -> client.connectAsync(StringCodec.UTF8, address))
                    .whenComplete((connection, failure) -> settle(next, connection, failure));
        }
        return latest;
    }

    private void settle(
            CompletableFuture<StatefulRedisConnection<String, String>> attempt,
            @Nullable StatefulRedisConnection<String, String> connection,
            @Nullable Throwable failure) {
        if (connection != null) {
            lossReported.set(false);
            LOG.info("connected to Redis");
            attempt.complete(connection);
        } else if (failure != null) {
            reportLoss(failure);
            // A pause before anyone can try again: an outage must not become a storm of connections.
            CompletableFuture.delayedExecutor(RETRY_PAUSE.toMillis(), TimeUnit.MILLISECONDS)
                    .execute(() -> attempt.completeExceptionally(failure));
        }
    }

    /** Runs off the event loops, because it reads files. */
    private RedisURI address() {
        try {
            Binding binding = Binding.find(bindingRoot);
            RedisURI.Builder address = RedisURI.builder()
                    .withHost(binding.host())
                    .withPort(binding.port())
                    .withTimeout(CONNECT_LIMIT);
            char[] password = binding.password().value().toCharArray();
            if (!binding.username().isEmpty()) {
                address.withAuthentication(binding.username(), password);
            } else if (password.length > 0) {
                address.withPassword(password);
            }
            return address.build();
        } catch (BindingException e) {
            throw new CompletionException(e);
        }
    }

    /** Once per loss, not once per request. */
    private void reportLoss(Throwable failure) {
        if (lossReported.compareAndSet(false, true)) {
            Throwable root = failure;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            LOG.atWarn().addKeyValue("reason", root).log("Redis does not answer");
        }
    }

    private static boolean isOpen(CompletableFuture<StatefulRedisConnection<String, String>> attempt) {
        return !attempt.isCompletedExceptionally() && attempt.join().isOpen();
    }

    private static void drop(CompletableFuture<StatefulRedisConnection<String, String>> attempt) {
        var unused = attempt.thenCompose(StatefulRedisConnection::closeAsync);
    }
}
