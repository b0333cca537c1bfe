package io.redisroles.sidecar.limit;

/** What an admitted request holds while it runs: its slots under Concurrency limits. Safe for all threads. */
public interface Permit extends AutoCloseable {
    /** Holds nothing. */
    Permit NONE = new Permit() {
        @Override
        public void onLost(Runnable action) {
            // never lost
        }

        @Override
        public void close() {
            // nothing to give back
        }
    };

    /**
     * Names what ends the request when its slots can no longer be kept.
     *
     * @param action run at most once, on any thread, before others can be admitted in its place; at once if that is so already;
     *     not once the permit is closed
     */
    void onLost(Runnable action);

    /** The request has ended, in whatever way: gives everything back. Any number of times. */
    @Override
    void close();
}
