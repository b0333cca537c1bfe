package io.redisroles.sidecar;

/** Where the proxy is in its life; each state says which may follow. */
public enum Lifecycle {
    STARTING,
    SERVING,
    DRAINING,
    STOPPED;

    /** Whether new requests should be sent here. */
    public boolean isReady() {
        return this == SERVING;
    }
}
