package io.redisroles.operator.desired;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.redisroles.operator.plan.RedisDirectives;
import io.redisroles.operator.plan.RolePlan;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** redis.conf in a ConfigMap. It holds no secret: users are in the ACL file. */
public final class RedisConfigMap {
    static final String KEY = "redis.conf";

    private RedisConfigMap() {}

    static ConfigMap desired(RolePlan plan) {
        return new ConfigMapBuilder()
                .withMetadata(Metadata.owned(plan, plan.names().base()))
                .withData(Map.of(KEY, redisConf(plan)))
                .build();
    }

    static String redisConf(RolePlan plan) {
        return lines(plan, any -> true);
    }

    /** The lines that only a restart can change. */
    static String restartConf(RolePlan plan) {
        return lines(plan, directive -> !RedisDirectives.isLive(directive));
    }

    /** The directives that a ConfigMap of this kind has. */
    public static Set<String> directives(ConfigMap config) {
        return Optional.ofNullable(config.getData())
                .orElse(Map.of())
                .getOrDefault(KEY, "")
                .lines()
                .map(line -> line.split(" ", 2)[0])
                .collect(Collectors.toSet());
    }

    /** Whether a ConfigMap of this kind has Redis let in clients without a certificate, over encrypted connections. */
    public static boolean sparesClients(ConfigMap config) {
        return Optional.ofNullable(config.getData())
                .orElse(Map.of())
                .getOrDefault(KEY, "")
                .lines()
                .anyMatch((RedisDirectives.ASKS_CLIENTS + " no")::equals);
    }

    /** The value of {@code maxmemory} in a ConfigMap of this kind, bytes. */
    public static Optional<Long> maxMemory(ConfigMap config) {
        return Optional.ofNullable(config.getData())
                .orElse(Map.of())
                .getOrDefault(KEY, "")
                .lines()
                .filter(line -> line.matches("maxmemory [0-9]{1,18}"))
                .map(line -> Long.parseLong(line.split(" ", 2)[1]))
                .findFirst();
    }

    private static String lines(RolePlan plan, Predicate<String> wanted) {
        return plan.directives().entrySet().stream()
                .filter(directive -> wanted.test(directive.getKey()))
                .map(directive -> directive.getKey() + " " + directive.getValue() + "\n")
                .collect(Collectors.joining());
    }
}
