package io.redisroles.sidecar.redis;

/** Redis gave no usable answer in time: it is away, slow, or refuses. Carries no stack: it is raised once per request. */
public final class StoreUnavailableException extends RuntimeException {
    private final FailureReason reason;

    public StoreUnavailableException(FailureReason reason) {
        super("Redis is not available: " + reason.label(), null, false, false);
        this.reason = reason;
    }

    public FailureReason reason() {
        return reason;
    }
}
