package io.redisroles.cli;

/** What the user asked for cannot be done; the message says what, where and what to do. Exit code 2. */
public final class CliException extends RuntimeException {
    public CliException(String message) {
        super(message);
    }

    public CliException(String message, Throwable cause) {
        super(message, cause);
    }
}
