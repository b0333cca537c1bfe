package io.redisroles.operator.desired;

import io.redisroles.operator.plan.RedisDirectives;
import io.redisroles.operator.plan.RolePlan;
import java.util.List;

/**
 * How a container starts its Redis: the append-only file is checked first. A tail that is cut off, as a crash in the middle of a
 * write leaves it, is dropped where that is the role's policy, and what was dropped is told by a directive that has no other
 * effect, so that the operator can read it. All else that is damaged keeps Redis from starting, and its last words say so.
 */
final class StartCommand {
    /** The longest tail that a role which never evicts drops: a write that nobody was told had succeeded. */
    static final int LONGEST_TAIL = 4096;

    private static final String SCRIPT = """
            aof=appendonlydir/appendonly.aof.manifest
            if [ -s "$aof" ] && command -v redis-check-aof >/dev/null && ! said=$(redis-check-aof "$aof" 2>&1); then
              lost=$(printf '%%s\\n' "$said" | sed -n 's/^AOF analyzed: .*diff=\\([0-9]*\\)$/\\1/p' | tail -n 1)
              printf '%%s\\n' "$said" | tail -n 3
              if [ -n "$lost" ] && [ "$lost" -gt 0 ] && [ "$lost" -le %d ]; then
                set -- "$@" --aof-load-truncated yes --%s %s"$lost"
              fi
            fi
            exec redis-server "$@"
            """;

    private StartCommand() {}

    static List<String> of(RolePlan plan) {
        long longest = plan.memory().evictionPolicy().evicts() ? Integer.MAX_VALUE : LONGEST_TAIL;
        return List.of(
                "sh",
                "-c",
                SCRIPT.formatted(longest, RedisDirectives.START_NOTE, RedisDirectives.TRUNCATED),
                "redis-server",
                RedisWorkload.CONFIG_DIRECTORY + "/" + RedisConfigMap.KEY);
    }
}
