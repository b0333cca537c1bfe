package io.redisroles.sidecar.http2;

/** The streams that this side reset last: what the other side had sent on them by then is no mistake of its. */
final class RecentResets {
    private static final int MOST = 128;

    private final int[] streams = new int[MOST];
    private int next;

    void add(int stream) {
        streams[next] = stream;
        next = (next + 1) % MOST;
    }

    boolean contains(int stream) {
        for (int reset : streams) {
            if (reset == stream) {
                return true;
            }
        }
        return false;
    }
}
