package io.redisroles.operator.plan;

import io.redisroles.api.v1alpha1.Fsync;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

import static java.util.Map.entry;

/** redis.conf: what every role has, what its plan says, and what users may add. */
public final class RedisDirectives {
    /** Where the ACL file is mounted; a directory of its own, never a subPath, so that it is refreshed. */
    public static final String ACL_FILE = "/etc/redis/acl/users.acl";

    /** Where the volume is mounted; the working directory of redis-server, so that its data goes there. */
    public static final String DATA_DIRECTORY = "/data";

    /** The empty value, as redis.conf writes it. */
    private static final String NONE = "\"\"";

    private static final DirectiveValue YES_OR_NO = DirectiveValue.yesOrNo();
    private static final DirectiveValue COUNT = DirectiveValue.number(0, Integer.MAX_VALUE);

    /**
     * What users may add under {@code spec.config}. Left out: what the plan decides itself, what would break a promise of
     * the role (persistence, access, memory), what only a restart with other data could apply, and what Redis 7.0 does not
     * know.
     */
    private static final SortedMap<String, DirectiveValue> ALLOWED =
            Collections.unmodifiableSortedMap(new TreeMap<>(Map.ofEntries(
                    entry("activedefrag", YES_OR_NO),
                    entry("active-defrag-cycle-max", DirectiveValue.number(1, 99)),
                    entry("active-defrag-cycle-min", DirectiveValue.number(1, 99)),
                    entry("active-defrag-ignore-bytes", DirectiveValue.mebibytes()),
                    entry("active-defrag-threshold-lower", DirectiveValue.number(0, 1000)),
                    entry("active-defrag-threshold-upper", DirectiveValue.number(0, 1000)),
                    entry("client-output-buffer-limit", DirectiveValue.bufferLimits()),
                    entry("client-query-buffer-limit", DirectiveValue.mebibytes()),
                    entry("databases", DirectiveValue.number(1, 1024)),
                    entry("dynamic-hz", YES_OR_NO),
                    entry("hash-max-listpack-entries", COUNT),
                    entry("hash-max-listpack-value", DirectiveValue.size()),
                    entry("hz", DirectiveValue.number(1, 500)),
                    entry("io-threads", DirectiveValue.number(1, 128)),
                    entry("latency-monitor-threshold", COUNT),
                    entry("lazyfree-lazy-eviction", YES_OR_NO),
                    entry("lazyfree-lazy-expire", YES_OR_NO),
                    entry("lazyfree-lazy-server-del", YES_OR_NO),
                    entry("lazyfree-lazy-user-del", YES_OR_NO),
                    entry("lazyfree-lazy-user-flush", YES_OR_NO),
                    entry("lfu-decay-time", COUNT),
                    entry("lfu-log-factor", COUNT),
                    entry("list-compress-depth", COUNT),
                    entry("list-max-listpack-size", DirectiveValue.number(-5, Integer.MAX_VALUE)),
                    entry("loglevel", DirectiveValue.oneOf("debug", "verbose", "notice", "warning")),
                    entry("maxclients", DirectiveValue.number(1, 1_000_000)),
                    entry("maxmemory-clients", DirectiveValue.sizeOrPercent()),
                    entry("maxmemory-samples", DirectiveValue.number(1, 64)),
                    entry("notify-keyspace-events", DirectiveValue.keyspaceEvents()),
                    entry("proto-max-bulk-len", DirectiveValue.mebibytes()),
                    entry("set-max-intset-entries", COUNT),
                    entry("slowlog-log-slower-than", DirectiveValue.number(-1, Integer.MAX_VALUE)),
                    entry("slowlog-max-len", COUNT),
                    entry("tcp-backlog", COUNT),
                    entry("tcp-keepalive", COUNT),
                    entry("timeout", COUNT),
                    entry("tracking-table-max-keys", COUNT),
                    entry("zset-max-listpack-entries", COUNT),
                    entry("zset-max-listpack-value", DirectiveValue.size()))));

    private RedisDirectives() {}

    /** The directives that {@code spec.config} may hold. */
    public static Set<String> allowed() {
        return ALLOWED.keySet();
    }

    /** What is wrong with a directive of {@code spec.config}; empty if it may be used. */
    static Optional<String> problem(String directive, String value) {
        DirectiveValue expected = ALLOWED.get(directive);
        if (expected == null) {
            return Optional.of(
                    "not a directive that a role may set; allowed are " + String.join(", ", ALLOWED.keySet()));
        }
        return value != null && expected.accepted().test(value)
                ? Optional.empty()
                : Optional.of(
                        "\"" + value + "\" would keep Redis from starting (expected: " + expected.expectation() + ")");
    }

    static Map<String, String> of(MemoryPlan memory, Fsync fsync, Map<String, String> additions) {
        Map<String, String> directives = new LinkedHashMap<>();
        directives.put("bind", "* -::*");
        directives.put("port", String.valueOf(RolePlan.CONTAINER_PORT));
        directives.put("protected-mode", "no");
        directives.put("tcp-keepalive", "60");
        directives.put("aclfile", ACL_FILE);
        directives.put("maxmemory", String.valueOf(memory.maxMemory()));
        directives.put("maxmemory-policy", memory.evictionPolicy().directive());
        directives.put("maxmemory-clients", "10%");
        directives.put("appendonly", "yes");
        directives.put("appendfsync", fsync.directive());
        directives.put("no-appendfsync-on-rewrite", "no");
        directives.put("auto-aof-rewrite-percentage", "100");
        directives.put("auto-aof-rewrite-min-size", memory.rewriteMinSize());
        directives.put("save", NONE);
        directives.put("client-output-buffer-limit", "pubsub 8mb 2mb 60");
        new TreeMap<>(additions)
                .forEach((directive, value) -> directives.put(directive, value.isEmpty() ? NONE : value));
        return Collections.unmodifiableMap(directives);
    }
}
