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

    /** Where the certificate's Secret is mounted; a directory of its own too. */
    public static final String TLS_DIRECTORY = "/etc/redis/tls";

    /**
     * What a running Redis is told, all at once, to serve a certificate whose files have changed; equal values make it read the
     * files again.
     */
    public static final Map<String, String> CERTIFICATE = Map.of(
            "tls-cert-file", TLS_DIRECTORY + "/tls.crt",
            "tls-key-file", TLS_DIRECTORY + "/tls.key",
            "tls-ca-cert-file", TLS_DIRECTORY + "/ca.crt");

    /** Whether connections without a certificate of an authority in {@code ca.crt} are refused: {@code yes} or {@code no}. */
    public static final String ASKS_CLIENTS = "tls-auth-clients";

    /** Where the volume is mounted; the working directory of redis-server, so that its data goes there. */
    public static final String DATA_DIRECTORY = "/data";

    /**
     * A directive that has no effect here, and so carries a word from the start of a server to those who read its configuration:
     * {@link #TRUNCATED} and a number of bytes, if the end of the append-only file was dropped.
     */
    public static final String START_NOTE = "syslog-ident";

    /** Begins the value of {@link #START_NOTE}. */
    public static final String TRUNCATED = "aof-truncated-";

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

    /** What Redis reads at its start and never again; all other directives of a role it changes while it runs. */
    private static final Set<String> RESTART =
            Set.of("aclfile", "bind", "databases", "io-threads", "port", "tcp-backlog", "tls-port");

    /**
     * What Redis 7.0 does without a word about a directive. One that a user takes back is set to it, because the running server
     * would otherwise keep the old value, and stays in redis.conf so that server and file agree.
     */
    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            entry("activedefrag", "no"),
            entry("active-defrag-cycle-max", "25"),
            entry("active-defrag-cycle-min", "1"),
            entry("active-defrag-ignore-bytes", "100mb"),
            entry("active-defrag-threshold-lower", "10"),
            entry("active-defrag-threshold-upper", "100"),
            entry("client-query-buffer-limit", "1gb"),
            entry("dynamic-hz", "yes"),
            entry("hash-max-listpack-entries", "512"),
            entry("hash-max-listpack-value", "64"),
            entry("hz", "10"),
            entry("latency-monitor-threshold", "0"),
            entry("lazyfree-lazy-eviction", "no"),
            entry("lazyfree-lazy-expire", "no"),
            entry("lazyfree-lazy-server-del", "no"),
            entry("lazyfree-lazy-user-del", "no"),
            entry("lazyfree-lazy-user-flush", "no"),
            entry("lfu-decay-time", "1"),
            entry("lfu-log-factor", "10"),
            entry("list-compress-depth", "0"),
            entry("list-max-listpack-size", "-2"),
            entry("loglevel", "notice"),
            entry("maxclients", "10000"),
            entry("maxmemory-samples", "5"),
            entry("notify-keyspace-events", NONE),
            entry("proto-max-bulk-len", "512mb"),
            entry("set-max-intset-entries", "512"),
            entry("slowlog-log-slower-than", "10000"),
            entry("slowlog-max-len", "128"),
            entry("timeout", "0"),
            entry("tracking-table-max-keys", "1000000"),
            entry("zset-max-listpack-entries", "128"),
            entry("zset-max-listpack-value", "64"));

    private RedisDirectives() {}

    /** Whether a running Redis can be given another value of {@code directive}. */
    public static boolean isLive(String directive) {
        return !RESTART.contains(directive);
    }

    /** The defaults of the live directives among {@code names} that may be taken back. */
    static SortedMap<String, String> defaults(Set<String> names) {
        SortedMap<String, String> defaults = new TreeMap<>(DEFAULTS);
        defaults.keySet().retainAll(names);
        return defaults;
    }

    /** A directive's value as a running server takes it, leaving nothing of the value before. */
    public static String liveValue(String directive, String value) {
        return directive.equals("client-output-buffer-limit")
                ? DirectiveText.allBufferLimits(value)
                : DirectiveText.unquoted(value);
    }

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

    static Map<String, String> of(
            MemoryPlan memory, Fsync fsync, Optional<TlsPlan> tls, Map<String, String> additions) {
        Map<String, String> directives = new LinkedHashMap<>();
        boolean encrypted = tls.isPresent();
        directives.put("bind", "* -::*");
        directives.put("port", encrypted ? "0" : String.valueOf(RolePlan.CONTAINER_PORT));
        if (encrypted) {
            directives.put("tls-port", String.valueOf(RolePlan.CONTAINER_PORT));
            directives.putAll(new TreeMap<>(CERTIFICATE));
            directives.put(ASKS_CLIENTS, tls.filter(TlsPlan::asksClients).isPresent() ? "yes" : "no");
        }
        directives.put("protected-mode", "no");
        directives.put("tcp-keepalive", "60");
        directives.put("aclfile", ACL_FILE);
        directives.put("maxmemory", String.valueOf(memory.maxMemory()));
        directives.put("maxmemory-policy", memory.evictionPolicy().directive());
        directives.put("maxmemory-clients", "10%");
        directives.put("appendonly", "yes");
        directives.put("appendfsync", fsync.directive());
        directives.put("no-appendfsync-on-rewrite", "no");
        // What is cut off is dropped, or Redis stops: see the start of its container for what lies between.
        directives.put("aof-load-truncated", memory.evictionPolicy().evicts() ? "yes" : "no");
        directives.put("auto-aof-rewrite-percentage", "100");
        directives.put("auto-aof-rewrite-min-size", memory.rewriteMinSize());
        directives.put("save", NONE);
        directives.put("client-output-buffer-limit", "pubsub 8mb 2mb 60");
        new TreeMap<>(additions)
                .forEach((directive, value) -> directives.put(directive, value.isEmpty() ? NONE : value));
        return Collections.unmodifiableMap(directives);
    }
}
