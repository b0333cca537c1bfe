package io.redisroles.operator.redis;

import io.redisroles.operator.desired.AclFile;
import io.redisroles.operator.desired.RoleCredentials;
import io.redisroles.operator.plan.AclUser;
import io.redisroles.operator.plan.RolePlan;
import java.util.List;

/**
 * How the operator reaches a Redis; {@link #toString} does not show the password.
 *
 * @param host name or address
 * @param port 1 to 65535
 * @param username an ACL user
 * @param password of that user
 * @param defaultUser what the default user must be given once the data is loaded; empty if it stays off
 */
public record RedisLogin(String host, int port, String username, String password, List<String> defaultUser) {
    public RedisLogin {
        defaultUser = List.copyOf(defaultUser);
    }

    /** The login of the operator's own user to the Redis of {@code plan} that listens on {@code host} and {@code port}. */
    public static RedisLogin ofOperator(RolePlan plan, RoleCredentials credentials, String host, int port) {
        return new RedisLogin(
                host,
                port,
                AclUser.OPERATOR,
                credentials.of(AclUser.OPERATOR).value(),
                AclFile.defaultUser(plan, credentials));
    }

    @Override
    public String toString() {
        return username + "@" + host + ":" + port;
    }
}
