package io.redisroles.sidecar.redis;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Makes known how fast Redis is before anything depends on it: asks for one word after the other until it is. Confined to the
 * connection's event loop.
 */
final class Acquaintance implements Reply {
    /** It may be used sooner than known, if that takes longer. */
    private static final long LIMIT_NANOS = Duration.ofMillis(500).toNanos();

    private final Patience patience;
    private final Consumer<Reply> ask;
    private final Runnable made;

    private Acquaintance(Patience patience, Consumer<Reply> ask, Runnable made) {
        this.patience = patience;
        this.ask = ask;
        this.made = made;
    }

    /**
     * Begins.
     *
     * @param patience is told of the replies by the connection
     * @param ask asks for a word
     * @param made told, perhaps more than once: it is known how fast Redis is, or will not be for now
     */
    static void seek(EventLoop loop, Patience patience, Consumer<Reply> ask, Runnable made) {
        var unused = loop.schedule(made, LIMIT_NANOS, TimeUnit.NANOSECONDS);
        new Acquaintance(patience, ask, made).next();
    }

    private void next() {
        if (patience.isKnown()) {
            made.run();
        } else {
            ask.accept(this);
        }
    }

    @Override
    public void answered(List<Object> values) {
        next();
    }

    @Override
    public void failed(StoreUnavailableException failure) {
        made.run();
    }
}
