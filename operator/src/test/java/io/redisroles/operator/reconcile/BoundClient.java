package io.redisroles.operator.reconcile;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;

/** An app that believes only whom its binding tells, and shows the certificate that the binding has. */
final class BoundClient implements AutoCloseable {
    private final RedisClient client = RedisClient.create();
    private final StatefulRedisConnection<String, String> connection;

    /**
     * Connects and logs in.
     *
     * @param address where the role's Redis is; port 6379
     * @throws RedisException if it is not let in
     */
    BoundClient(String address, Map<String, String> binding) {
        client.setOptions(ClientOptions.builder()
                .autoReconnect(false)
                .sslOptions(SslOptions.builder()
                        .jdkSslProvider()
                        .sslContext(context -> {
                            context.trustManager(stream(binding, "ca.crt"));
                            if (binding.containsKey("certificates")) {
                                context.keyManager(stream(binding, "certificates"), stream(binding, "private-key"));
                            }
                        })
                        .build())
                .build());
        try {
            connection = client.connect(RedisURI.builder()
                    .withHost(address)
                    .withPort(6379)
                    .withSsl(true)
                    .withVerifyPeer(SslVerifyMode.CA)
                    .withAuthentication(
                            Objects.requireNonNull(binding.get("username")),
                            Objects.requireNonNull(binding.get("password")).toCharArray())
                    .build());
        } catch (RedisException e) {
            client.shutdown();
            throw e;
        }
    }

    boolean isOpen() {
        return connection.isOpen();
    }

    String set() {
        return connection.sync().set("a:1", "x");
    }

    @Override
    public void close() {
        connection.close();
        client.shutdown();
    }

    private static InputStream stream(Map<String, String> binding, String key) {
        return new ByteArrayInputStream(
                Objects.requireNonNull(binding.get(key), key).getBytes(StandardCharsets.US_ASCII));
    }
}
