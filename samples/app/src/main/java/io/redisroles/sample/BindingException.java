package io.redisroles.sample;

/** There is no usable binding; the message says what was looked for and where, in one line. */
final class BindingException extends Exception {
    BindingException(String message) {
        super(message);
    }

    BindingException(String message, Throwable cause) {
        super(message, cause);
    }
}
