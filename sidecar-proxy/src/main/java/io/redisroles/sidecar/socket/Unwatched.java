package io.redisroles.sidecar.socket;

import io.redisroles.sidecar.session.SessionWatch;

/** The watch of what has no session. */
public enum Unwatched implements SessionWatch.Watch {
    NOTHING;

    @Override
    public void active() {
        // nothing to keep alive
    }

    @Override
    public void close() {
        // nothing to stop
    }
}
