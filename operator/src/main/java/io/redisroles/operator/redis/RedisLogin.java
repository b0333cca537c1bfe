package io.redisroles.operator.redis;

import io.redisroles.operator.desired.Password;
import io.redisroles.operator.desired.RoleCredentials;
import io.redisroles.operator.plan.AclUser;
import java.util.List;
import java.util.Optional;

/**
 * How the operator reaches a Redis; {@link #toString} does not show passwords.
 *
 * @param host name or address
 * @param port 1 to 65535
 * @param username an ACL user
 * @param tls whom to believe about its certificate; empty if the connection is not encrypted
 * @param passwords of that user, the likeliest first: a server may have loaded an older generation
 */
public record RedisLogin(String host, int port, Optional<RedisTls> tls, String username, List<Password> passwords) {
    public RedisLogin {
        passwords = List.copyOf(passwords);
    }

    /** A connection that is not encrypted. */
    public RedisLogin(String host, int port, String username, List<Password> passwords) {
        this(host, port, Optional.empty(), username, passwords);
    }

    /** The login of the operator's own user to a role's Redis that listens on {@code host} and {@code port}. */
    public static RedisLogin ofOperator(RoleCredentials credentials, String host, int port) {
        return ofOperator(credentials, host, port, Optional.empty());
    }

    /** As above, over an encrypted connection if {@code tls} is there. */
    public static RedisLogin ofOperator(RoleCredentials credentials, String host, int port, Optional<RedisTls> tls) {
        return new RedisLogin(host, port, tls, AclUser.OPERATOR, credentials.ofOperator());
    }

    @Override
    public String toString() {
        return username + "@" + host + ":" + port;
    }
}
