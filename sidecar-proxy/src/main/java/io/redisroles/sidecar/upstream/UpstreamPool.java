package io.redisroles.sidecar.upstream;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.util.concurrent.ScheduledFuture;
import io.redisroles.sidecar.transport.EndOfTick;
import io.redisroles.sidecar.transport.Transport;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The idle connections of one event loop to the app. Everything happens on that loop. An idle connection keeps reading, so
 * that the app's closing it is seen, and is closed a second before the app says that it would ({@code Keep-Alive: timeout}),
 * or before apps that say nothing usually do (Node.js after 5 s).
 */
public final class UpstreamPool {
    private static final int MAX_IDLE = 64;
    private static final int CONNECT_MILLIS = 2000;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long USUAL_IDLE = 4 * SECOND;
    private static final long MAX_IDLE_SECONDS = 60;
    /** How long an app that ended an idle connection by surprise is expected to do it again. */
    private static final long DISTRUST = 60 * SECOND;
    /** Nothing closes a connection for being idle as short as that. */
    private static final long RECENT = SECOND;
    /** An app that ends each connection after its answer, without saying so, does it sooner. */
    private static final long SURVIVED = TimeUnit.MILLISECONDS.toNanos(10);

    private final EventLoop loop;
    private final InetSocketAddress app;
    private final AppProtocol protocol;
    private final EndOfTick endOfTick;
    private final Deque<Idle> idle = new ArrayDeque<>();
    private long idleLimit = USUAL_IDLE;
    private long distrustedUntil = System.nanoTime();
    private @Nullable ScheduledFuture<?> sweep;
    /** Made when a client speaks HTTP/2 for the first time: most never do, and its classes cost memory. */
    private @Nullable Http2Pool http2;

    /**
     * An empty pool.
     *
     * @param app resolved
     * @param protocol what all pools know of the app
     */
    public UpstreamPool(EventLoop loop, InetSocketAddress app, AppProtocol protocol) {
        this.loop = loop;
        this.app = app;
        this.protocol = protocol;
        this.endOfTick = new EndOfTick(loop);
    }

    /** Of its loop. */
    public EndOfTick endOfTick() {
        return endOfTick;
    }

    /**
     * Finds or makes a connection for {@code listener} and hands it to {@link UpstreamListener#onConnected};
     * {@link UpstreamListener#onFailure} is called instead if the app cannot be reached. May call before it returns.
     */
    public void acquire(Reuse reuse, UpstreamListener listener) {
        UpstreamConnection found = switch (reuse) {
            case ANY -> newest();
            case PROVEN -> proven();
            case NEVER -> null;
        };
        if (found == null) {
            connect(listener);
        } else {
            found.use(listener);
            listener.onConnected(found);
        }
    }

    private @Nullable UpstreamConnection newest() {
        long now = System.nanoTime();
        Idle entry = idle.pollLast();
        while (entry != null) {
            if (now - entry.since < idleLimit && entry.connection.isActive()) {
                return entry.connection;
            }
            entry.connection.close();
            entry = idle.pollLast();
        }
        return null;
    }

    private @Nullable UpstreamConnection proven() {
        long now = System.nanoTime();
        if (now - distrustedUntil < 0) {
            return null;
        }
        long most = Math.min(RECENT, idleLimit / 2);
        Iterator<Idle> oldestFirst = idle.iterator();
        while (oldestFirst.hasNext()) {
            Idle entry = oldestFirst.next();
            long age = now - entry.since;
            if (age < SURVIVED) {
                return null; // all others are younger
            }
            if (age < most) {
                oldestFirst.remove();
                if (entry.connection.isEstablished()) {
                    return entry.connection;
                }
                entry.connection.close();
            }
        }
        return null;
    }

    /** Like {@link #acquire}, over HTTP/2 unless the app is known not to speak it. */
    public void acquireHttp2(Reuse reuse, UpstreamListener listener) {
        if (!protocol.mayBeHttp2()) {
            acquire(reuse, listener);
            return;
        }
        Http2Pool pool = http2;
        if (pool == null) {
            pool = new Http2Pool(loop, app, protocol, this);
            http2 = pool;
        }
        pool.acquire(reuse, listener);
    }

    private void connect(UpstreamListener listener) {
        AnswerDecoder decoder = new AnswerDecoder();
        UpstreamConnection connection = new UpstreamConnection(this, decoder);
        new Bootstrap()
                .group(loop)
                .channel(Transport.here().client())
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new HttpRequestEncoder(), decoder, connection);
                    }
                })
                .connect(app)
                .addListener(connected -> {
                    if (connected.isSuccess()) {
                        connection.use(listener);
                        listener.onConnected(connection);
                    } else {
                        protocol.unreachable();
                        listener.onFailure(UpstreamFailure.CONNECT);
                    }
                });
    }

    /** The app has said how long it keeps an idle connection. */
    void learnIdleLimit(long seconds) {
        long said = Math.min(seconds, MAX_IDLE_SECONDS) * SECOND;
        idleLimit = said - Math.min(SECOND, said / 2);
    }

    void release(UpstreamConnection connection) {
        if (idle.size() >= MAX_IDLE || idleLimit == 0 || !connection.isActive()) {
            connection.close();
            return;
        }
        idle.addLast(new Idle(connection, System.nanoTime()));
        connection.read();
        if (sweep == null) {
            sweep = loop.schedule(this::sweep, idleLimit, TimeUnit.NANOSECONDS);
        }
    }

    /** It has ended; an app that ends idle connections sooner than expected gets fresh ones for what cannot be sent again. */
    void forget(UpstreamConnection connection) {
        if (idle.removeIf(entry -> entry.connection == connection)) {
            distrust();
        }
    }

    void distrust() {
        distrustedUntil = System.nanoTime() + DISTRUST;
    }

    /** Closes what was idle for too long; the oldest are in front. */
    private void sweep() {
        sweep = null;
        long now = System.nanoTime();
        Idle oldest = idle.peekFirst();
        while (oldest != null && now - oldest.since >= idleLimit) {
            idle.removeFirst();
            oldest.connection.close();
            oldest = idle.peekFirst();
        }
        if (oldest != null) {
            long wait = Math.max(idleLimit - (now - oldest.since), 0);
            sweep = loop.schedule(this::sweep, wait, TimeUnit.NANOSECONDS);
        }
    }

    private record Idle(UpstreamConnection connection, long since) {}
}
