package io.redisroles.operator.status;

import io.redisroles.api.v1alpha1.Condition;
import io.redisroles.api.v1alpha1.RedisRoleStatus;
import io.redisroles.operator.plan.Bytes;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.redis.RedisFacts;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code status.memory}: rewritten only when memory health changes or usage moved by 5 % of maxmemory. */
final class MemoryUsage {
    private static final Pattern USAGE = Pattern.compile("(\\d+)Mi/.*");
    private static final int SHARE = 20;

    private MemoryUsage() {}

    static RedisRoleStatus.@Nullable Memory next(
            RedisRoleStatus previous, RolePlan plan, Optional<RedisFacts> facts, List<Condition> conditions) {
        String policy = plan.memory().evictionPolicy().directive();
        String limit = "/" + Bytes.text(plan.memory().maxMemory());
        Optional<String> known = Optional.ofNullable(previous.memory()).map(RedisRoleStatus.Memory::usage);
        if (facts.isEmpty()) {
            return new RedisRoleStatus.Memory(known.orElse(null), policy);
        }
        long used = facts.get().usedMemory();
        boolean keep = known.filter(usage -> usage.endsWith(limit) && near(usage, used, plan))
                        .isPresent()
                && sameHealth(previous.conditions(), conditions);
        return new RedisRoleStatus.Memory(keep ? known.orElse(null) : used / Bytes.MI + "Mi" + limit, policy);
    }

    private static boolean near(String usage, long used, RolePlan plan) {
        Matcher matcher = USAGE.matcher(usage);
        return matcher.matches()
                && Math.abs(Long.parseLong(matcher.group(1)) * Bytes.MI - used)
                        < Math.max(plan.memory().maxMemory() / SHARE, Bytes.MI);
    }

    private static boolean sameHealth(List<Condition> previous, List<Condition> next) {
        return Conditions.find(previous, ConditionType.MEMORY_HEALTHY)
                .map(Condition::message)
                .equals(Conditions.find(next, ConditionType.MEMORY_HEALTHY).map(Condition::message));
    }
}
