package io.redisroles.operator.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisLoadingException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SetArgs;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.redisroles.contract.KeyNames;
import io.redisroles.operator.plan.AclUser;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/**
 * Asks Redis servers what they are, and opens the default user where it should be open. Asynchronous and bounded: 1 s to connect, 2 s for each command, one connection for each
 * question, closed after it. Safe for all threads.
 */
public final class RedisInspector implements AutoCloseable {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(1);
    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(2);
    private static final long CANARY_SECONDS = 60;
    private static final String[] CONFIG = {
        "maxmemory", "maxmemory-policy", "maxmemory-clients", "appendonly", "appendfsync", "auto-aof-rewrite-*", "save"
    };

    private final ClientResources resources = DefaultClientResources.builder()
            .ioThreadPoolSize(2)
            .computationThreadPoolSize(2)
            .build();
    private final RedisClient client = RedisClient.create(resources);

    public RedisInspector() {
        client.setOptions(ClientOptions.builder()
                .autoReconnect(false)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(64)
                .socketOptions(
                        SocketOptions.builder().connectTimeout(CONNECT_LIMIT).build())
                .timeoutOptions(TimeoutOptions.enabled(COMMAND_LIMIT))
                .build());
    }

    /** Asks one server; always completes normally. */
    public CompletionStage<Observation> inspect(RedisLogin login) {
        return client.connectAsync(StringCodec.UTF8, uri(login))
                .thenCompose(connection -> askAndClose(connection, login))
                .exceptionally(RedisInspector::failed);
    }

    @Override
    public void close() {
        client.shutdown(0, 2, TimeUnit.SECONDS);
        resources.shutdown(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    }

    private static RedisURI uri(RedisLogin login) {
        return RedisURI.builder()
                .withHost(login.host())
                .withPort(login.port())
                .withAuthentication(login.username(), login.password().toCharArray())
                .withTimeout(COMMAND_LIMIT)
                .withClientName("redis-roles-operator")
                .build();
    }

    private static CompletionStage<Observation> askAndClose(
            StatefulRedisConnection<String, String> connection, RedisLogin login) {
        return ask(connection.async(), login)
                .exceptionally(RedisInspector::failed)
                .thenCompose(observation -> connection.closeAsync().handle((closed, failure) -> observation));
    }

    private static CompletionStage<Observation> ask(RedisAsyncCommands<String, String> redis, RedisLogin login) {
        CompletableFuture<String> info = redis.info().toCompletableFuture();
        CompletableFuture<Map<String, String>> config = redis.configGet(CONFIG).toCompletableFuture();
        CompletableFuture<String> revision = DefaultUser.ensure(redis, login.defaultUser())
                .thenCompose(asWished -> asWished ? loadedRevision(redis) : CompletableFuture.completedFuture(""))
                .toCompletableFuture();
        CompletableFuture<Observation.Canary> canary = canary(redis);
        return CompletableFuture.allOf(info, config, revision, canary)
                .thenApply(done -> new Observation.Answered(
                        InfoText.of(info.join()).facts(revision.join(), config.join()), canary.join()));
    }

    /** The digest that the user {@code _revision} carries; empty if there is no such user. */
    private static CompletionStage<String> loadedRevision(RedisAsyncCommands<String, String> redis) {
        return redis.aclGetuser(AclUser.REVISION)
                .thenApply(user -> AclUserAnswer.list(user, "passwords").stream()
                        .findFirst()
                        .orElse(""));
    }

    private static CompletableFuture<Observation.Canary> canary(RedisAsyncCommands<String, String> redis) {
        String value = Long.toHexString(System.nanoTime());
        CompletableFuture<String> written = redis.set(KeyNames.CANARY, value, SetArgs.Builder.ex(CANARY_SECONDS))
                .toCompletableFuture();
        CompletableFuture<String> read = redis.get(KeyNames.CANARY).toCompletableFuture();
        BiFunction<String, Throwable, Observation.Canary> write =
                (answer, failure) -> failure == null ? SERVED : refused(failure);
        return written.handle(write)
                .thenCombine(
                        read.handle((answer, failure) -> failure == null ? SERVED : refused(failure)),
                        (first, second) -> second.outcome() == Observation.Canary.Outcome.SERVED ? first : second);
    }

    private static final Observation.Canary SERVED = new Observation.Canary(Observation.Canary.Outcome.SERVED, "");

    private static Observation.Canary refused(Throwable failure) {
        String detail = String.valueOf(unwrap(failure).getMessage());
        return new Observation.Canary(
                detail.startsWith("OOM") ? Observation.Canary.Outcome.FULL : Observation.Canary.Outcome.FAILED, detail);
    }

    private static Observation failed(Throwable failure) {
        Throwable cause = unwrap(failure);
        if (cause instanceof RedisLoadingException) {
            return new Observation.Loading();
        }
        Throwable root = cause;
        while (root.getCause() != null && !(root instanceof RedisCommandExecutionException)) {
            root = root.getCause();
        }
        String reason = String.valueOf(root.getMessage());
        return reason.startsWith("LOADING") ? new Observation.Loading() : new Observation.Unreachable(reason);
    }

    private static Throwable unwrap(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
