package io.redisroles.sidecar.session;

import io.redisroles.contract.PolicySection;

/**
 * Tells when the session behind something that stays open ends: a WebSocket, an event stream, a gRPC stream. Safe for all
 * threads.
 */
public interface SessionWatch {
    /** Watches nothing, and so never tells. */
    SessionWatch NONE = (session, policy, onEnded) -> new Watch() {
        @Override
        public void active() {
            // nobody to tell
        }

        @Override
        public void close() {
            // nothing to stop
        }
    };

    /**
     * Begins to watch.
     *
     * @param session as the request's verdict named it
     * @param policy by which it was found valid
     * @param onEnded run at most once, on any thread, when the session was revoked or rotated or has expired; at once if that
     *     has happened already. Not run while Redis is gone: what ended meanwhile is told when it is back
     */
    Watch watch(Session session, PolicySection policy, Runnable onEnded);

    /** One watch. */
    interface Watch extends AutoCloseable {
        /** The client did something (a message, not a ping): keeps the session alive, at the cost of a call a minute. */
        void active();

        /** Stops watching; nothing is told any more. */
        @Override
        void close();
    }
}
