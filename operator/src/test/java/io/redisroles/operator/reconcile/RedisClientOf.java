package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.Secret;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;

/**
 * Talks to a role's Redis as a consumer does: with the password that its binding tells at that moment.
 *
 * @param cluster with the role
 * @param role name of it
 */
record RedisClientOf(OperatorOnApiServer cluster, String role) {
    /** A login of its own, as a consumer by its binding. */
    StatefulRedisConnection<String, String> consumer(RedisClient client, String consumer) {
        return login(client, consumer, password("redis-" + role + "." + consumer, "password"));
    }

    /** A login of its own, as the operator. */
    StatefulRedisConnection<String, String> operator(RedisClient client) {
        return login(client, "_operator", password("redis-" + role + "-credentials", "_operator.password"));
    }

    StatefulRedisConnection<String, String> login(RedisClient client, String user, String password) {
        return client.connect(RedisURI.builder()
                .withHost(cluster.node().address(role))
                .withPort(6379)
                .withAuthentication(user, password.toCharArray())
                .build());
    }

    String password(String secret, String key) {
        Secret found = Objects.requireNonNull(
                cluster.client()
                        .secrets()
                        .inNamespace(cluster.namespace())
                        .withName(secret)
                        .get(),
                secret);
        return new String(
                Base64.getDecoder()
                        .decode(Objects.requireNonNull(found.getData().get(key), key)),
                StandardCharsets.UTF_8);
    }
}
