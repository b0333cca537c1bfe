package io.redisroles.sidecar.redis;

import io.redisroles.contract.Endpoint;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A Redis and how to log in to it.
 *
 * @param role its name in messages and metrics
 * @param endpoint host and port
 * @param database number
 * @param username an ACL user; empty for the default user
 * @param password asked at each connect
 * @param encryption empty if connections are not encrypted
 */
public record RedisAddress(
        String role,
        Endpoint endpoint,
        int database,
        String username,
        Password password,
        Optional<Encryption> encryption) {
    /**
     * The files of encrypted connections, PEM, read at each connect.
     *
     * @param authorities whom to believe about the server's certificate
     * @param identity the certificate that the server may ask for, with its private key; there is none if the file is empty or
     *     not there
     */
    public record Encryption(Path authorities, Optional<Path> identity) {}

    /** Connections are not encrypted. */
    public RedisAddress(String role, Endpoint endpoint, int database, String username, Password password) {
        this(role, endpoint, database, username, password, Optional.empty());
    }
}
