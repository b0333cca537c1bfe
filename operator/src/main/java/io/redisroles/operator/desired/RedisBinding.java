package io.redisroles.operator.desired;

import io.fabric8.kubernetes.api.model.Secret;
import io.redisroles.operator.certificate.ClientCertificate;
import io.redisroles.operator.certificate.RoleCertificate;
import java.util.Map;
import java.util.Optional;
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
 * @param authorities who is to be believed about the server's certificate, PEM; empty if connections are not encrypted
 * @param certificate the client's own; empty if the server asks for none
 */
public record RedisBinding(
        String host,
        int port,
        String username,
        Password password,
        Optional<String> authorities,
        Optional<ClientCertificate> certificate) {
    /** The type of a Secret with a binding. */
    public static final String SECRET_TYPE = "servicebinding.io/redis";

    /** Connections are not encrypted. */
    public RedisBinding(String host, int port, String username, Password password) {
        this(host, port, username, password, Optional.empty(), Optional.empty());
    }

    /** {@code redis://user:password@host:port}, or {@code rediss://}; passwords and user names need no escapes. */
    public String uri() {
        return (authorities.isPresent() ? "rediss://" : "redis://") + username + ":" + password.value() + "@" + host
                + ":" + port;
    }

    /** The binding as files of a directory, by the specification. */
    public SortedMap<String, String> files() {
        SortedMap<String, String> files = new TreeMap<>(Map.of(
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
        authorities.ifPresent(pem -> files.put(RoleCertificate.AUTHORITIES, pem));
        certificate.ifPresent(own -> {
            files.put("certificates", own.chain());
            files.put("private-key", own.key());
        });
        return files;
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

    /** The password that a Secret of this kind tells. */
    public static Optional<Password> password(Secret binding) {
        return CredentialsContent.of(Optional.of(binding)).password("password");
    }

    SortedMap<String, String> content() {
        SortedMap<String, String> content = files();
        content.putAll(environment());
        return content;
    }
}
