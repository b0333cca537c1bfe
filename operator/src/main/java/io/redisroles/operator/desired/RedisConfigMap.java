package io.redisroles.operator.desired;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.redisroles.operator.plan.RolePlan;
import java.util.Map;
import java.util.stream.Collectors;

/** redis.conf in a ConfigMap. It holds no secret: users are in the ACL file. */
final class RedisConfigMap {
    static final String KEY = "redis.conf";

    private RedisConfigMap() {}

    static ConfigMap desired(RolePlan plan) {
        return new ConfigMapBuilder()
                .withMetadata(Metadata.owned(plan, plan.names().base()))
                .withData(Map.of(KEY, redisConf(plan)))
                .build();
    }

    static String redisConf(RolePlan plan) {
        return plan.directives().entrySet().stream()
                .map(directive -> directive.getKey() + " " + directive.getValue() + "\n")
                .collect(Collectors.joining());
    }
}
