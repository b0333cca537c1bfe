package io.redisroles.sample;

/** A request that cannot be understood; the message tells the client what was expected. */
final class BadRequestException extends Exception {
    BadRequestException(String message) {
        super(message);
    }
}
