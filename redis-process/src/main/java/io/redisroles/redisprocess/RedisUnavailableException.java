package io.redisroles.redisprocess;

/** No redis-server can be run here; the message says what was looked for and what to do. */
public final class RedisUnavailableException extends RuntimeException {
    public RedisUnavailableException(String message) {
        super(message);
    }

    public RedisUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
