package io.redisroles.bench.scale;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.redisroles.contract.KeyNames;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/** One lasting connection to each Redis of the fleet, logged in as the operator. One thread. */
final class RedisLinks implements AutoCloseable {
    private static final int PORT = 6379;
    private static final String MAX_MEMORY = "maxmemory";

    private final RedisClient client = RedisClient.create();
    private final Map<RoleId, StatefulRedisConnection<String, String>> links = new HashMap<>();

    RedisLinks(Map<RoleId, LoopbackNode.Running> pods) {
        pods.forEach((role, pod) -> links.put(
                role,
                client.connect(RedisURI.builder()
                        .withHost(pod.address())
                        .withPort(PORT)
                        .withAuthentication("_operator", pod.password().toCharArray())
                        .build())));
    }

    /** The operator writes this key each time it asks a server: taken away, it tells who has been asked since. */
    void forgetCanaries() {
        links.values().forEach(link -> link.sync().del(KeyNames.CANARY));
    }

    /** Those among {@code roles} whose Redis has no canary. */
    Set<RoleId> withoutCanary(Set<RoleId> roles) {
        Map<RoleId, Future<Long>> answers = roles.stream()
                .collect(Collectors.toMap(
                        role -> role, role -> link(role).async().exists(KeyNames.CANARY)));
        return answers.entrySet().stream()
                .filter(answer -> value(answer.getValue()) == 0)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    long maxMemory(RoleId role) {
        return Long.parseLong(link(role).sync().configGet(MAX_MEMORY).getOrDefault(MAX_MEMORY, "-1"));
    }

    void setMaxMemory(RoleId role, long bytes) {
        link(role).sync().configSet(MAX_MEMORY, String.valueOf(bytes));
    }

    @Override
    public void close() {
        client.shutdown();
    }

    private StatefulRedisConnection<String, String> link(RoleId role) {
        StatefulRedisConnection<String, String> link = links.get(role);
        if (link == null) {
            throw new IllegalArgumentException("no Redis of role " + role);
        }
        return link;
    }

    private static long value(Future<Long> answer) {
        try {
            return answer.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
