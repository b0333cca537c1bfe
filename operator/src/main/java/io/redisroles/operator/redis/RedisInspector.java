package io.redisroles.operator.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisLoadingException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SetArgs;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.redisroles.contract.KeyNames;
import io.redisroles.operator.certificate.ClientCertificate;
import io.redisroles.operator.desired.LiveSettings;
import io.redisroles.operator.desired.Password;
import io.redisroles.operator.plan.RedisDirectives;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/**
 * Asks Redis servers what they are, and makes them as wished first. Asynchronous and bounded: 1 s to connect, 2 s for each
 * command, one connection for each question, closed after it. The caller asks one server one question at a time. Safe for all
 * threads.
 */
public final class RedisInspector implements AutoCloseable {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(1);
    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(2);
    private static final long CANARY_SECONDS = 60;
    private static final int SERVERS = 4096;

    /** What a server says, in the JDK's words, to a client whose certificate it does not take, or who has none. */
    private static final Pattern REFUSAL =
            Pattern.compile("Received fatal alert: (.*certificate.*|unknown_ca|access_denied)");

    private final ClientResources resources = DefaultClientResources.builder()
            .ioThreadPoolSize(2)
            .computationThreadPoolSize(2)
            .build();
    private final RedisClient client = RedisClient.create(resources);

    /** By run id; the eldest is forgotten, and is then merely given its users once more. */
    private final Map<String, ServerMemory> servers = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, ServerMemory> eldest) {
            return size() > SERVERS;
        }
    });

    private final InstantSource clock;

    public RedisInspector() {
        this(InstantSource.system());
    }

    /**
     * @param clock by which it is told how fast memory fills
     */
    public RedisInspector(InstantSource clock) {
        this.clock = clock;
        client.setOptions(options().build());
    }

    private static ClientOptions.Builder options() {
        return ClientOptions.builder()
                .autoReconnect(false)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(1024)
                .socketOptions(
                        SocketOptions.builder().connectTimeout(CONNECT_LIMIT).build())
                .timeoutOptions(TimeoutOptions.enabled(COMMAND_LIMIT));
    }

    /**
     * A question to one server.
     *
     * @param login of the operator
     * @param wished what it should have
     * @param changes whether it is changed where it has something else
     * @param volume of its append-only file; empty if nobody looks after it
     */
    public record Question(RedisLogin login, LiveSettings wished, boolean changes, Optional<Volume> volume) {
        /** Nobody looks after its volume. */
        public Question(RedisLogin login, LiveSettings wished, boolean changes) {
            this(login, wished, changes, Optional.empty());
        }
    }

    /**
     * The volume of an append-only file.
     *
     * @param size bytes
     * @param node where it is: one file at a time is rewritten there
     * @param rewriteFloor the smallest file that is rewritten, bytes
     */
    public record Volume(long size, String node, long rewriteFloor) {}

    /** Asks one server; always completes normally. */
    public CompletionStage<Observation> inspect(Question question) {
        return connect(question.login(), question.login().passwords())
                .thenCompose(session -> askAndClose(session, question))
                .exceptionally(RedisInspector::failed);
    }

    /** Tells one server to rewrite its append-only file, and whether it will; always completes normally. */
    public CompletionStage<Boolean> rewriteAof(RedisLogin login) {
        return connect(login, login.passwords())
                .thenCompose(session -> session.commands()
                        .bgrewriteaof()
                        .handle((answer, failure) -> failure == null)
                        .thenCompose(
                                started -> session.connection().closeAsync().handle((closed, failure) -> started)))
                .exceptionally(failure -> false);
    }

    /**
     * A connection that is logged in.
     *
     * @param handshake by which it is encrypted, if it is
     */
    private record Session(StatefulRedisConnection<String, String> connection, Optional<Handshake> handshake) {
        RedisAsyncCommands<String, String> commands() {
            return connection.async();
        }

        Optional<ServedCertificate> served(String error) {
            return handshake.flatMap(Handshake::leaf).map(leaf -> ServedCertificate.of(leaf, error));
        }
    }

    @Override
    public void close() {
        client.shutdown(0, 2, TimeUnit.SECONDS);
        resources.shutdown(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    }

    /** With the first password that the server takes. */
    private CompletionStage<Session> connect(RedisLogin login, List<Password> passwords) {
        Optional<Handshake> handshake = login.tls().map(Handshake::new);
        return handshake
                .map(known -> encrypting(known, login.tls().flatMap(RedisTls::own)))
                .orElse(client)
                .connectAsync(StringCodec.UTF8, uri(login, passwords.get(0)))
                .thenApply(connection -> new Session(connection, handshake))
                .toCompletableFuture()
                .exceptionallyCompose(failure -> isLockedOut(failure) && passwords.size() > 1
                        ? connect(login, passwords.subList(1, passwords.size()))
                        : CompletableFuture.failedFuture(failure));
    }

    /** Lettuce has its trust in the client, so each handshake has one; connections are all that it would have to close. */
    private RedisClient encrypting(Handshake handshake, Optional<ClientCertificate> own) {
        RedisClient encrypting = RedisClient.create(resources);
        encrypting.setOptions(options()
                .sslOptions(SslOptions.builder()
                        .jdkSslProvider()
                        .handshakeTimeout(CONNECT_LIMIT)
                        .sslContext(context -> {
                            context.trustManager(handshake);
                            own.ifPresent(certificate ->
                                    context.keyManager(stream(certificate.chain()), stream(certificate.key())));
                        })
                        .build())
                .build());
        return encrypting;
    }

    private static InputStream stream(String pem) {
        return new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
    }

    private static RedisURI uri(RedisLogin login, Password password) {
        return RedisURI.builder()
                .withHost(login.host())
                .withPort(login.port())
                .withAuthentication(login.username(), password.value().toCharArray())
                .withTimeout(COMMAND_LIMIT)
                .withSsl(login.tls().isPresent())
                // The handshake decides about names: an address is dialled.
                .withVerifyPeer(SslVerifyMode.CA)
                .withClientName("redis-roles-operator")
                .build();
    }

    private CompletionStage<Observation> askAndClose(Session session, Question question) {
        return serve(session, question)
                .thenCompose(served -> ask(session.commands(), question, served))
                .exceptionally(RedisInspector::failed)
                .thenCompose(observation -> session.connection().closeAsync().handle((closed, failure) -> observation));
    }

    /**
     * Has the server read its certificate's files again if it serves another than it should, and looks, in a new handshake, at
     * what it serves then: its files may be old still, which nobody sees from here.
     */
    private CompletionStage<Optional<ServedCertificate>> serve(Session session, Question question) {
        Optional<ServedCertificate> served = session.served("");
        boolean current =
                question.login().tls().map(RedisTls::wished).equals(served.map(ServedCertificate::fingerprint));
        Map<String, String> files = new TreeMap<>(question.wished().directives());
        files.keySet().retainAll(RedisDirectives.CERTIFICATE.keySet());
        if (current || !question.changes() || files.isEmpty()) {
            return CompletableFuture.completedFuture(served);
        }
        return session.commands()
                .configSet(files)
                .handle((answer, failure) -> failure == null ? "" : reason(failure))
                .thenCompose(error -> connect(question.login(), question.login().passwords())
                        .thenCompose(again ->
                                again.connection().closeAsync().handle((closed, failure) -> again.served(error))));
    }

    private CompletionStage<Observation> ask(
            RedisAsyncCommands<String, String> redis, Question question, Optional<ServedCertificate> served) {
        return redis.info().thenCompose(before -> {
            InfoText info = InfoText.of(before);
            ServerMemory memory = servers.computeIfAbsent(info.runId(), id -> new ServerMemory());
            return new RedisChanger(redis, memory)
                    .carryOut(question.wished().whileUsing(info.usedMemory()), question.changes())
                    .thenCompose(result -> redis.info()
                            .thenCombine(
                                    canary(redis),
                                    (after, canary) -> new Observation.Answered(
                                            facts(InfoText.of(after), result, memory),
                                            canary,
                                            result.changes(),
                                            served)));
        });
    }

    private RedisFacts facts(InfoText info, RedisChanger.Result result, ServerMemory memory) {
        return info.facts(result.revision(), result.config(), memory.uses(clock.instant(), info.usedMemory()));
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
        if (unwrap(failure) instanceof RedisLoadingException) {
            return new Observation.Loading();
        }
        Optional<String> untrusted = untrusted(failure);
        if (untrusted.isPresent()) {
            return new Observation.Untrusted(untrusted.get());
        }
        String reason = reason(failure);
        if (isLockedOut(failure)) {
            return new Observation.LockedOut(reason);
        }
        return reason.startsWith("LOADING") ? new Observation.Loading() : new Observation.Unreachable(reason);
    }

    /** Why one of the two does not believe the other; empty if that is not what went wrong. */
    private static Optional<String> untrusted(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .flatMap(cause -> {
                    String message = String.valueOf(cause.getMessage());
                    if (cause instanceof Handshake.UntrustedException) {
                        return Stream.of(message);
                    }
                    return cause instanceof SSLException
                                    && REFUSAL.matcher(message).matches()
                            ? Stream.of("it refuses the operator's certificate: " + message)
                            : Stream.of();
                })
                .findFirst();
    }

    private static boolean isLockedOut(Throwable failure) {
        return reason(failure).startsWith("WRONGPASS");
    }

    private static String reason(Throwable failure) {
        Throwable root = unwrap(failure);
        while (root.getCause() != null && !(root instanceof RedisCommandExecutionException)) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    private static Throwable unwrap(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
