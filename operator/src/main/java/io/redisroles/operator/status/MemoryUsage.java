package io.redisroles.operator.status;

import io.redisroles.api.v1alpha1.Condition;
import io.redisroles.api.v1alpha1.RedisRoleStatus;
import io.redisroles.operator.plan.Bytes;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.redis.RedisFacts;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code status.memory}: rewritten when memory health or maxmemory changes, which writes the status anyway, and when usage
 * moved by 5 % of maxmemory, then at most once a minute. A role whose usage swings writes little, a steady one nothing.
 */
final class MemoryUsage {
    private static final Pattern USAGE = Pattern.compile("(\\d+)Mi/.*");
    private static final int SHARE = 20;
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private MemoryUsage() {}

    static RedisRoleStatus.Memory next(
            RedisRoleStatus previous,
            RolePlan plan,
            Optional<RedisFacts> facts,
            List<Condition> conditions,
            Instant now) {
        String policy = plan.memory().evictionPolicy().directive();
        String limit = "/" + Bytes.text(plan.memory().maxMemory());
        Optional<RedisRoleStatus.Memory> known = Optional.ofNullable(previous.memory());
        String usage = known.map(RedisRoleStatus.Memory::usage).orElse(null);
        String usageTime = known.map(RedisRoleStatus.Memory::usageTime).orElse(null);
        if (facts.isEmpty()) {
            return new RedisRoleStatus.Memory(usage, policy, usageTime);
        }
        long used = facts.get().usedMemory();
        String fresh = used / Bytes.MI + "Mi" + limit;
        boolean stands = usage != null
                && usage.endsWith(limit)
                && sameHealth(previous.conditions(), conditions)
                && (near(usage, used, plan) || isRecent(usageTime, now));
        return stands || fresh.equals(usage)
                ? new RedisRoleStatus.Memory(usage, policy, usageTime)
                : new RedisRoleStatus.Memory(
                        fresh, policy, now.truncatedTo(ChronoUnit.SECONDS).toString());
    }

    private static boolean near(String usage, long used, RolePlan plan) {
        Matcher matcher = USAGE.matcher(usage);
        return matcher.matches()
                && Math.abs(Long.parseLong(matcher.group(1)) * Bytes.MI - used)
                        < Math.max(plan.memory().maxMemory() / SHARE, Bytes.MI);
    }

    /** Whether a time is less than a minute ago; one that lies ahead, after a clock was set back, is not. */
    private static boolean isRecent(@Nullable String time, Instant now) {
        if (time == null) {
            return false;
        }
        try {
            Instant then = Instant.parse(time);
            return !then.isAfter(now) && now.isBefore(then.plus(PAUSE));
        } catch (DateTimeException e) {
            return false;
        }
    }

    private static boolean sameHealth(List<Condition> previous, List<Condition> next) {
        return Conditions.find(previous, ConditionType.MEMORY_HEALTHY)
                .map(Condition::message)
                .equals(Conditions.find(next, ConditionType.MEMORY_HEALTHY).map(Condition::message));
    }
}
