package io.redisroles.operator.redis;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The answer to {@code INFO}.
 *
 * @param fields by name, of all sections
 */
record InfoText(Map<String, String> fields) {
    private static final Pattern KEYSPACE = Pattern.compile("keys=(\\d+),expires=(\\d+).*");

    static InfoText of(String text) {
        Map<String, String> fields = new HashMap<>();
        text.lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        });
        return new InfoText(fields);
    }

    String runId() {
        return text("run_id");
    }

    /** Bytes. */
    long usedMemory() {
        return number("used_memory");
    }

    RedisFacts facts(String aclRevision, Map<String, String> config, UsageTrend trend) {
        Matcher keyspace = KEYSPACE.matcher(text("db0"));
        boolean hasKeys = keyspace.matches();
        return new RedisFacts(
                version(),
                text("run_id"),
                usedMemory(),
                number("maxmemory"),
                number("evicted_keys"),
                hasKeys ? Long.parseLong(keyspace.group(1)) : 0,
                hasKeys ? Long.parseLong(keyspace.group(2)) : 0,
                text("aof_enabled").equals("1"),
                !text("aof_last_write_status").equals("err"),
                aclRevision,
                config,
                new RedisLoad(
                        number("used_memory_dataset"),
                        number("aof_current_size"),
                        text("aof_rewrite_in_progress").equals("1")
                                || text("aof_rewrite_scheduled").equals("1"),
                        Math.max(number("aof_last_cow_size"), number("rdb_last_cow_size")),
                        trend.untilFull(number("maxmemory"))));
    }

    /** Valkey tells the version of Redis that it is compatible with, beside its own. */
    private String version() {
        String valkey = text("valkey_version");
        return valkey.isEmpty() ? text("redis_version") : "Valkey " + valkey;
    }

    private String text(String name) {
        return fields.getOrDefault(name, "");
    }

    private long number(String name) {
        String value = text(name);
        return value.isEmpty() ? 0 : Long.parseLong(value);
    }
}
