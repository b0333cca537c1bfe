package io.redisroles.sidecar.redis;

/** Redis gave no usable answer in time: it is away, slow, or refuses. */
public final class StoreUnavailableException extends RuntimeException {
    public StoreUnavailableException(String message) {
        super(message);
    }

    public StoreUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Raised on the request path, where nobody reads the trace. */
    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // Does not touch the state that the lock guards.
    public Throwable fillInStackTrace() {
        return this;
    }
}
