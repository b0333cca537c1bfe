package io.redisroles.sidecar.redis;

import java.util.List;

/**
 * Takes the answer to one call: exactly one of the two, exactly once. Called on the event loop that made the call, or at
 * once if the call was refused; must not block.
 */
public interface Reply {
    /** What stands for Redis' nil in a reply. */
    Object NIL = new Object() {
        @Override
        public String toString() {
            return "nil";
        }
    };

    /**
     * The elements of an array, or the one value: {@code Long}, {@code byte[]} (or {@code String}, where the call was made with
     * texts), {@link #NIL}, or a list of such.
     */
    void answered(List<Object> values);

    void failed(StoreUnavailableException failure);
}
