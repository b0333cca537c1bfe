package io.redisroles.sidecar.socket;

/** One open socket's part in its user's presence. */
public interface Attendance extends AutoCloseable {
    /** That of a socket nobody is told about. */
    Attendance NONE = new Attendance() {
        @Override
        public void active() {
            // nobody to tell
        }

        @Override
        public void close() {
            // nobody to tell
        }
    };

    /** The client has sent a message. Cheap: most calls only note the time. */
    void active();

    /** The socket is closed. Called once. */
    @Override
    void close();
}
