package io.redisroles.sidecar.redis;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.AbstractEventExecutorGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The proxy's event loops, which lets who connects choose one of them. Ending it does nothing: the proxy ends its loops. */
final class PinningLoops extends AbstractEventExecutorGroup implements EventLoopGroup {
    private final EventLoopGroup loops;

    // Guarded by this.
    private @Nullable EventLoop pinned;
    private @Nullable Consumer<Channel> observer;

    PinningLoops(EventLoopGroup loops) {
        this.loops = loops;
    }

    /** Runs {@code connecting}; the channel that it registers meanwhile goes to {@code loop} and is shown to {@code seen}. */
    synchronized <T> T pin(EventLoop loop, Supplier<T> connecting, Consumer<Channel> seen) {
        pinned = loop;
        observer = seen;
        try {
            return connecting.get();
        } finally {
            pinned = null;
            observer = null;
        }
    }

    @Override
    public synchronized EventLoop next() {
        return pinned == null ? loops.next() : pinned;
    }

    @Override
    public synchronized ChannelFuture register(Channel channel) {
        if (observer != null) {
            observer.accept(channel);
        }
        return next().register(channel);
    }

    @Override
    public ChannelFuture register(ChannelPromise promise) {
        return next().register(promise);
    }

    @Override
    @Deprecated
    public ChannelFuture register(Channel channel, ChannelPromise promise) {
        return next().register(channel, promise);
    }

    @Override
    public Iterator<EventExecutor> iterator() {
        return loops.iterator();
    }

    @Override
    public boolean isShuttingDown() {
        return loops.isShuttingDown();
    }

    @Override
    public boolean isShutdown() {
        return loops.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return loops.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return loops.awaitTermination(timeout, unit);
    }

    @Override
    public Future<?> terminationFuture() {
        return loops.terminationFuture();
    }

    @Override
    public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
        return loops.terminationFuture();
    }

    @Override
    @Deprecated
    public void shutdown() {}
}
