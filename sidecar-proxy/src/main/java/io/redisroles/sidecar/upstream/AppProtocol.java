package io.redisroles.sidecar.upstream;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the app is known not to speak HTTP/2. Believed for a while only, and not beyond a time when the app could not be
 * reached: what comes back may be another version of it. Safe for all threads.
 */
public final class AppProtocol {
    private static final Logger LOG = LoggerFactory.getLogger(AppProtocol.class);
    private static final long BELIEVED_NANOS = Duration.ofMinutes(10).toNanos();
    /** An app that said nothing and closed may just have been ending. */
    private static final long SUSPECTED_NANOS = Duration.ofSeconds(5).toNanos();

    private final LongSupplier nanoTime;
    private final AtomicBoolean told = new AtomicBoolean();
    private volatile boolean onlyHttp1;
    private volatile long until;

    public AppProtocol(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    boolean mayBeHttp2() {
        return !onlyHttp1 || nanoTime.getAsLong() - until > 0;
    }

    /**
     * It did not answer HTTP/2's preface in HTTP/2.
     *
     * @param answered whether it sent something else, not only closed
     */
    void refusedHttp2(boolean answered) {
        until = nanoTime.getAsLong() + (answered ? BELIEVED_NANOS : SUSPECTED_NANOS);
        onlyHttp1 = true;
        if (!told.getAndSet(true)) {
            LOG.atInfo().log("The app speaks HTTP/1.1 only: requests that come over HTTP/2 are translated");
        }
    }

    /** It could not be reached: what comes back may be another version of it. */
    void unreachable() {
        onlyHttp1 = false;
    }
}
