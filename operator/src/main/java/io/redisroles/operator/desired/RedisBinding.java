package io.redisroles.operator.desired;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How a workload logs in to a role, in the words of the Service Binding Specification (servicebinding.io) and as environment
 * variables for {@code envFrom}.
 *
 * @param host name or address
 * @param port of the Service
 * @param username an ACL user
 * @param password of that user
 */
public record RedisBinding(String host, int port, String username, Password password) {
    /** The type of a Secret with a binding. */
    public static final String SECRET_TYPE = "servicebinding.io/redis";

    /** {@code redis://user:password@host:port}; passwords and user names need no escapes. */
    public String uri() {
        return "redis://" + username + ":" + password.value() + "@" + host + ":" + port;
    }

    /** The binding as files of a directory, by the specification. */
    public SortedMap<String, String> files() {
        return new TreeMap<>(Map.of(
                "type",
                "redis",
                "provider",
                "redis-roles",
                "host",
                host,
                "port",
                String.valueOf(port),
                "username",
                username,
                "password",
                password.value(),
                "uri",
                uri()));
    }

    /** The binding as environment variables. */
    public SortedMap<String, String> environment() {
        return new TreeMap<>(Map.of(
                "REDIS_URL",
                uri(),
                "REDIS_HOST",
                host,
                "REDIS_PORT",
                String.valueOf(port),
                "REDIS_DB",
                "0",
                "REDIS_USERNAME",
                username,
                "REDIS_PASSWORD",
                password.value()));
    }

    SortedMap<String, String> content() {
        SortedMap<String, String> content = files();
        content.putAll(environment());
        return content;
    }
}
