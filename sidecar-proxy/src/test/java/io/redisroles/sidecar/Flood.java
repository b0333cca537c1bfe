package io.redisroles.sidecar;

import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;

/** As much as may be written to somebody who does not read. */
final class Flood {
    private Flood() {}

    /** Writes up to {@code size} bytes in the background, until the socket is closed; tells how many were. */
    static AtomicLong pour(Socket socket, long size) {
        AtomicLong written = new AtomicLong();
        Thread writer = new Thread(() -> {
            byte[] block = new byte[1 << 16];
            try {
                while (written.get() < size) {
                    socket.getOutputStream().write(block);
                    written.addAndGet(block.length);
                }
            } catch (IOException e) {
                // closed at the end of the test
            }
        });
        writer.setDaemon(true);
        writer.start();
        return written;
    }

    /** Waits until no more is written. */
    static void awaitHeldUp(AtomicLong written) {
        long[] before = {-1};
        Awaitility.await().until(() -> {
            long now = written.get();
            boolean still = now > 0 && now == before[0];
            before[0] = now;
            return still;
        });
    }
}
