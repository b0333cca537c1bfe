package io.redisroles.contract;

/** A configuration that cannot be used; the message names the place, the value and what was expected. */
public final class ConfigException extends RuntimeException {
    public ConfigException(String message, Throwable cause) {
        super(message, cause);
    }

    public ConfigException(String message) {
        super(message);
    }
}
