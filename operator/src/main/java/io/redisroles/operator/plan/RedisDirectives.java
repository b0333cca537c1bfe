package io.redisroles.operator.plan;

import io.redisroles.api.v1alpha1.Fsync;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** redis.conf: what every role has, what its plan says, and what users may add. */
public final class RedisDirectives {
    /** Where the ACL file is mounted; a directory of its own, never a subPath, so that it is refreshed. */
    public static final String ACL_FILE = "/etc/redis/acl/users.acl";

    /** Where the volume is mounted; the working directory of redis-server, so that its data goes there. */
    public static final String DATA_DIRECTORY = "/data";

    /**
     * What users may add under {@code spec.config}. Left out: what the plan decides itself, what would break a promise of
     * the role (persistence, access, memory), and what only a restart with other data could apply.
     */
    private static final Set<String> ALLOWED = Collections.unmodifiableSet(new TreeSet<>(Set.of(
            "activedefrag",
            "active-defrag-cycle-max",
            "active-defrag-cycle-min",
            "active-defrag-ignore-bytes",
            "active-defrag-threshold-lower",
            "active-defrag-threshold-upper",
            "client-output-buffer-limit",
            "client-query-buffer-limit",
            "databases",
            "dynamic-hz",
            "hash-max-listpack-entries",
            "hash-max-listpack-value",
            "hz",
            "io-threads",
            "latency-monitor-threshold",
            "lazyfree-lazy-eviction",
            "lazyfree-lazy-expire",
            "lazyfree-lazy-server-del",
            "lazyfree-lazy-user-del",
            "lazyfree-lazy-user-flush",
            "lfu-decay-time",
            "lfu-log-factor",
            "list-compress-depth",
            "list-max-listpack-size",
            "loglevel",
            "maxclients",
            "maxmemory-clients",
            "maxmemory-samples",
            "notify-keyspace-events",
            "proto-max-bulk-len",
            "set-max-intset-entries",
            "set-max-listpack-entries",
            "slowlog-log-slower-than",
            "slowlog-max-len",
            "tcp-backlog",
            "tcp-keepalive",
            "timeout",
            "tracking-table-max-keys",
            "zset-max-listpack-entries",
            "zset-max-listpack-value")));

    private RedisDirectives() {}

    /** The directives that {@code spec.config} may hold. */
    public static Set<String> allowed() {
        return ALLOWED;
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
        directives.put("save", "\"\"");
        directives.put("client-output-buffer-limit", "pubsub 8mb 2mb 60");
        directives.putAll(additions);
        return Collections.unmodifiableMap(directives);
    }
}
