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

    RedisFacts facts(String aclRevision, Map<String, String> config) {
        Matcher keyspace = KEYSPACE.matcher(text("db0"));
        boolean hasKeys = keyspace.matches();
        return new RedisFacts(
                text("redis_version"),
                text("run_id"),
                number("used_memory"),
                number("maxmemory"),
                number("evicted_keys"),
                hasKeys ? Long.parseLong(keyspace.group(1)) : 0,
                hasKeys ? Long.parseLong(keyspace.group(2)) : 0,
                text("aof_enabled").equals("1"),
                !text("aof_last_write_status").equals("err"),
                aclRevision,
                config);
    }

    private String text(String name) {
        return fields.getOrDefault(name, "");
    }

    private long number(String name) {
        String value = text(name);
        return value.isEmpty() ? 0 : Long.parseLong(value);
    }
}
