package io.redisroles.sidecar.http;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of request heads all connections may hold together, so that thousands of them with large heads do not fill
 * the heap. What usual heads need is free on a connection of HTTP/1, of which there is a bounded number with one request each;
 * of a stream of HTTP/2 everything counts. Safe for all threads.
 */
final class HeadBudget {
    private static final long FREE_BYTES = 8 * 1024;

    private final long most;
    private final AtomicLong taken = new AtomicLong();

    HeadBudget(long most) {
        this.most = most;
    }

    /** A part of this JVM's heap. */
    static HeadBudget ofHeap() {
        return new HeadBudget(Runtime.getRuntime().maxMemory() / 6);
    }

    /** The share of one connection. */
    Share ofConnection() {
        return new Share(FREE_BYTES);
    }

    /** The share of one stream of a connection. */
    Share ofStream() {
        return new Share(0);
    }

    /** What one connection or stream holds; used on its event loop only. */
    final class Share {
        private final long free;
        private long seen;
        private long charged;

        private Share(long free) {
            this.free = free;
        }

        /** Whether the head may be so much longer. */
        boolean take(int bytes) {
            seen += bytes;
            long due = seen - free - charged;
            if (due <= 0) {
                return true;
            }
            if (taken.addAndGet(due) > most) {
                taken.addAndGet(-due);
                return false;
            }
            charged += due;
            return true;
        }

        /** The head is no longer needed. */
        void giveBack() {
            if (charged > 0) {
                taken.addAndGet(-charged);
            }
            seen = 0;
            charged = 0;
        }
    }
}
