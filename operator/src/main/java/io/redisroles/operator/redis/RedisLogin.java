package io.redisroles.operator.redis;

/**
 * How to reach a Redis; {@link #toString} does not show the password.
 *
 * @param host name or address
 * @param port 1 to 65535
 * @param username an ACL user
 * @param password of that user
 */
public record RedisLogin(String host, int port, String username, String password) {
    @Override
    public String toString() {
        return username + "@" + host + ":" + port;
    }
}
