package io.redisroles.sidecar.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.codec.ByteArrayCodec;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** Opens connections, each on the event loop that will use it. Safe for all threads. */
final class RedisConnector {
    /** For connecting and logging in, each. */
    static final Duration LIMIT = Duration.ofSeconds(1);

    private final Function<Optional<RedisAddress.Encryption>, RedisClient> clients;
    private final PinningLoops loops;
    private final Executor background;

    /**
     * Connects by these clients.
     *
     * @param clients one for each pair of files, and one for connections that are not encrypted
     */
    RedisConnector(
            Function<Optional<RedisAddress.Encryption>, RedisClient> clients, PinningLoops loops, Executor background) {
        this.clients = clients;
        this.loops = loops;
        this.background = background;
    }

    /**
     * Connects and logs in, with the address and the password of this moment.
     *
     * @return may complete on any thread; fails if that took too long or was refused
     */
    CompletionStage<RedisLink> connect(RedisAddress address, EventLoop loop) {
        CompletableFuture<RedisLink> result = new CompletableFuture<>();
        background.execute(() -> {
            try {
                open(clients.apply(address.encryption()), uri(address), loop, result);
            } catch (IOException | RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    private void open(RedisClient client, RedisURI uri, EventLoop loop, CompletableFuture<RedisLink> result) {
        Channel[] opened = new Channel[1];
        var unused = loops.pin(
                        loop, () -> client.connectAsync(ByteArrayCodec.INSTANCE, uri), channel -> opened[0] = channel)
                .whenComplete((connection, failure) -> {
                    if (failure == null) {
                        result.complete(new RedisLink(connection, opened[0]));
                    } else {
                        result.completeExceptionally(failure);
                    }
                });
    }

    private static RedisURI uri(RedisAddress address) throws IOException {
        InetAddress found = InetAddress.getByName(address.endpoint().host());
        boolean encrypted = address.encryption().isPresent();
        RedisURI.Builder uri = RedisURI.builder()
                // The certificate is the name's; the name has just been resolved, so it is at hand.
                .withHost(encrypted ? address.endpoint().host() : found.getHostAddress())
                .withPort(address.endpoint().port())
                .withDatabase(address.database())
                .withSsl(encrypted)
                .withVerifyPeer(SslVerifyMode.FULL)
                .withTimeout(LIMIT);
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
}
