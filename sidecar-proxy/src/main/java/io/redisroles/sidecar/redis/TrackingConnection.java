package io.redisroles.sidecar.redis;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.push.PushMessage;
import io.lettuce.core.codec.StringCodec;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to one Redis, kept up by itself, whose reads Redis remembers: it says when one of them is no longer true
 * (RESP3 client tracking, by key, own writes excepted). The connection is pinged twice a second; what was read over it is
 * good for as long as pings are answered, one second after the last at most. Safe for all threads.
 */
public final class TrackingConnection implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TrackingConnection.class);
    private static final long PING_NANOS = Duration.ofMillis(500).toNanos();
    private static final long SILENCE_NANOS = Duration.ofMillis(500).toNanos();
    private static final byte[] SCRIPT = "SCRIPT".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LOAD = "LOAD".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CLIENT = "CLIENT".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TRACKING = "TRACKING".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ON = "ON".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NOLOOP = "NOLOOP".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TOUCH = "TOUCH".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PING = "PING".getBytes(StandardCharsets.US_ASCII);
    private static final long FIRST_DELAY_MILLIS = 20;
    private static final long LONGEST_DELAY_MILLIS = 1000;

    /**
     * Who read, and is told what became of it. Called on the connection's event loop, in the order in which Redis spoke; the
     * loss of the connection on any thread.
     */
    public interface Reader {
        /** The value of {@code key} is no longer what was read, or may not be. */
        void changed(String key);

        /** Nothing that was read holds any more. */
        void changedAll();

        /** There is a connection again, over which nothing was read yet. */
        void connected();
    }

    private final RedisConnector connector;
    private final EventLoop loop;
    private final RedisAddress address;
    private final Duration timeout;
    private final List<Script> scripts;
    private final Reader reader;

    private volatile @Nullable Link current;
    private volatile boolean closed;

    // Event loop only.
    private long delayMillis = FIRST_DELAY_MILLIS;
    private @Nullable FailureReason lastFailure;

    /**
     * A connection that is not open yet.
     *
     * @param timeout how long one call may take before it counts as no answer
     * @param scripts loaded at each connect
     */
    public TrackingConnection(
            RedisRuntime runtime, RedisAddress address, Duration timeout, List<Script> scripts, Reader reader) {
        this.connector = runtime.connector();
        this.loop = runtime.lanes().get(0);
        this.address = address;
        this.timeout = timeout;
        this.scripts = List.copyOf(scripts);
        this.reader = reader;
    }

    /**
     * Begins to connect, and keeps at it; completes when that was tried once and, where it succeeded, it is known how fast Redis
     * is.
     */
    public CompletionStage<Void> start() {
        CompletableFuture<Void> attempted = new CompletableFuture<>();
        loop.execute(() -> connect(attempted));
        return attempted;
    }

    /** What may be read over now; null while there is no connection. */
    public @Nullable Link link() {
        return current;
    }

    private void connect(CompletableFuture<Void> attempted) {
        if (closed) {
            attempted.complete(null);
            return;
        }
        connector
                .connect(address, loop)
                .thenCompose(this::track)
                .whenCompleteAsync(
                        (fresh, failure) -> {
                            if (failure == null) {
                                opened(fresh, attempted);
                            } else {
                                retry(FailureReason.of(failure));
                                attempted.complete(null);
                            }
                        },
                        loop);
    }

    private CompletionStage<Link> track(RedisLink connection) {
        Link fresh = new Link(connection);
        connection.connection().addListener(fresh::pushed);
        long sent = System.nanoTime();
        List<CompletableFuture<?>> done = new ArrayList<>();
        for (Script script : scripts) {
            done.add(fresh.run(SCRIPT, LOAD, script.text().getBytes(StandardCharsets.UTF_8)));
        }
        done.add(fresh.run(CLIENT, TRACKING, ON, NOLOOP));
        return CompletableFuture.allOf(done.toArray(CompletableFuture[]::new)).handle((nothing, failure) -> {
            if (failure != null) {
                connection.close();
                fresh.tellNobodyWillAnswer();
                throw new StoreUnavailableException(FailureReason.of(failure));
            }
            fresh.answered(sent);
            return fresh;
        });
    }

    private void opened(Link fresh, CompletableFuture<Void> attempted) {
        fresh.link.connection().addListener(new RedisConnectionStateListener() {
            @Override
            public void onRedisDisconnected(RedisChannelHandler<?, ?> handler) {
                lost(fresh, FailureReason.REFUSED);
            }
        });
        delayMillis = FIRST_DELAY_MILLIS;
        lastFailure = null;
        fresh.ready = true;
        current = fresh;
        LOG.atInfo()
                .addKeyValue("role", address.role())
                .addKeyValue("at", address.endpoint())
                .log("Redis tells what changes");
        reader.connected();
        fresh.ping();
        Acquaintance.seek(loop, fresh.patience, fresh::ask, () -> attempted.complete(null));
        if (closed || !fresh.link.connection().isOpen()) {
            lost(fresh, FailureReason.REFUSED);
        }
    }

    /** Any thread; from here on nothing that was read over it counts. */
    private void lost(Link dead, FailureReason why) {
        if (!dead.end()) {
            return;
        }
        reader.changedAll();
        dead.link.close();
        if (current == dead) {
            current = null;
        }
        dead.tellNobodyWillAnswer();
        if (!closed) {
            loop.execute(() -> retry(why));
        }
    }

    private void retry(FailureReason why) {
        if (lastFailure != why) {
            LOG.atWarn()
                    .addKeyValue("role", address.role())
                    .addKeyValue("at", address.endpoint())
                    .addKeyValue("reason", why.label())
                    .log("Redis does not tell what changes: every session is read again");
            lastFailure = why;
        }
        long jittered = delayMillis / 2 + ThreadLocalRandom.current().nextLong(delayMillis / 2 + 1);
        delayMillis = Math.min(2 * delayMillis, LONGEST_DELAY_MILLIS);
        var unused = loop.schedule(() -> connect(new CompletableFuture<>()), jittered, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        closed = true;
        Link link = current;
        if (link != null) {
            lost(link, FailureReason.REFUSED);
        }
    }

    /** One connection, from its opening to its end. What was read over it counts while it is live, and never after. */
    public final class Link implements Pipeline.Owner {
        private final RedisLink link;
        private final Pipeline pipeline;
        private final Patience patience = new Patience(timeout, System.nanoTime());
        /** A call was not answered in time, and none since. */
        private volatile boolean silent;
        /** By {@link System#nanoTime}: until when what was read is good. */
        private volatile long provenUntil;

        private volatile boolean ended;
        private boolean told;

        // Event loop only.
        private boolean ready;
        private @Nullable Call ping;

        private Link(RedisLink link) {
            this.link = link;
            this.pipeline = new Pipeline(link, loop, this);
        }

        /** Whether what was read over it is still good unless it was said to have changed, by {@link System#nanoTime}. */
        public boolean isLive(long nanos) {
            return !ended && provenUntil - nanos > 0;
        }

        /** Whether reads over it are worth making: else they wait for a Redis that left others waiting just now. */
        public boolean isAnswering() {
            return !silent;
        }

        /**
         * Runs a script once, with the text itself where Redis does not know it; what it reads is tracked. The reply's bulk
         * strings become texts.
         */
        public CompletionStage<List<Object>> evaluate(Script script, String key, String... arguments) {
            byte[][] keys = {key.getBytes(StandardCharsets.UTF_8)};
            byte[][] values = new byte[arguments.length][];
            for (int i = 0; i < values.length; i++) {
                values[i] = arguments[i].getBytes(StandardCharsets.UTF_8);
            }
            StageReply answer = new StageReply();
            submit(Call.script(script, keys, values, true, answer));
            return answer;
        }

        /** Uses keys without reading or changing them; tells how many there are. */
        public CompletionStage<Long> touch(List<String> keys) {
            byte[][] words = new byte[keys.size() + 1][];
            words[0] = TOUCH;
            for (int i = 1; i < words.length; i++) {
                words[i] = keys.get(i - 1).getBytes(StandardCharsets.UTF_8);
            }
            return run(words).thenApply(values -> (Long) values.get(0));
        }

        private CompletableFuture<List<Object>> run(byte[]... words) {
            StageReply answer = new StageReply();
            submit(Call.command(answer, words));
            return answer;
        }

        private void submit(Call call) {
            if (loop.inEventLoop()) {
                submitHere(call);
                return;
            }
            try {
                loop.execute(() -> submitHere(call));
            } catch (RejectedExecutionException e) {
                call.fail(FailureReason.REFUSED);
            }
        }

        private void submitHere(Call call) {
            if (ended) {
                call.fail(FailureReason.REFUSED);
            } else if (pipeline.isFull()) {
                call.fail(FailureReason.FULL);
            } else {
                pipeline.submit(call);
            }
        }

        @Override
        public long patience() {
            return ready ? patience.limit() : RedisConnector.LIMIT.toNanos();
        }

        @Override
        public void flushed(List<Call> calls) {}

        @Override
        public void replied(Call call, long nanos, long now) {
            patience.observe(nanos, now);
            silent = false;
            FailureReason error = call.error();
            if (error == null) {
                call.answer(call.values());
            } else if (error == FailureReason.NOSCRIPT && call.sendWhole()) {
                pipeline.submit(call);
            } else {
                call.fail(error);
            }
        }

        @Override
        public void late(Call call) {
            silent = true;
            if (call != ping) { // for which more time is allowed
                call.fail(FailureReason.TIMEOUT);
            }
        }

        private void tellNobodyWillAnswer() {
            try {
                loop.execute(() -> pipeline.end().forEach(call -> call.fail(FailureReason.REFUSED)));
            } catch (RejectedExecutionException e) {
                // The loop has ended, and with it whoever waited there.
            }
        }

        private void ping() {
            if (ended) {
                return;
            }
            long sent = System.nanoTime();
            // The loop reads before it looks at its clock: its own delay is not taken for Redis' silence.
            ScheduledFuture<?> late =
                    loop.schedule(() -> lost(this, FailureReason.TIMEOUT), SILENCE_NANOS, TimeUnit.NANOSECONDS);
            Call call = Call.command(
                    new Reply() {
                        @Override
                        public void answered(List<Object> values) {
                            late.cancel(false);
                            Link.this.answered(sent);
                        }

                        @Override
                        public void failed(StoreUnavailableException failure) {
                            late.cancel(false);
                            lost(Link.this, failure.reason());
                        }
                    },
                    PING);
            ping = call;
            pipeline.submitNow(call);
            var unused = loop.schedule(this::ping, PING_NANOS, TimeUnit.NANOSECONDS);
        }

        private void ask(Reply reply) {
            submitHere(Call.word(reply, PING));
        }

        private void answered(long sent) {
            provenUntil = sent + PING_NANOS + SILENCE_NANOS;
        }

        private void pushed(PushMessage message) {
            if (ended || !message.getType().equals("invalidate")) {
                return;
            }
            Object keys = message.getContent(StringCodec.UTF8::decodeKey).get(1);
            if (keys instanceof List<?> changed) {
                for (Object key : changed) {
                    reader.changed(String.valueOf(key));
                }
            } else {
                reader.changedAll(); // FLUSHALL
            }
        }

        /** False if it had ended before. */
        private synchronized boolean end() {
            ended = true;
            boolean first = !told;
            told = true;
            return first;
        }
    }
}
