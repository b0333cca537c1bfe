package io.redisroles.sidecar.redis;

import io.netty.channel.EventLoop;
import io.redisroles.sidecar.telemetry.StoreMetrics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One event loop's connection to one Redis. All calls of one tick of the loop leave in one flush. A call is sent at most once
 * and told of its reply in time, or that there is none; while the breaker is open it is told so at once. Keeps itself connected.
 * Everything happens on its loop, if not said otherwise.
 */
final class Lane implements Pipeline.Owner {
    /** A connection on which nothing came for so long, though something should have, is dead. */
    private static final long DEAD_AFTER = Duration.ofMillis(500).toNanos();

    /** So often a Redis that is asked nothing is asked for a word: before somebody waits for it in vain. */
    private static final long BEAT = Duration.ofSeconds(1).toNanos();

    private static final byte[] EVAL = "EVAL".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NO_KEYS = "0".getBytes(StandardCharsets.US_ASCII);
    /** May write, so that a replica refuses it; needs no memory. */
    private static final byte[] PROBE = "#!lua flags=allow-oom\nreturn 1".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] SCRIPT = "SCRIPT".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LOAD = "LOAD".getBytes(StandardCharsets.US_ASCII);

    private final RedisConnector connector;
    private final RedisAddress address;
    private final EventLoop loop;
    private final List<Script> scripts;
    private final StoreHealth health;
    private final StoreMetrics metrics;
    private final Patience patience;
    private final Breaker breaker =
            new Breaker(System::nanoTime, () -> ThreadLocalRandom.current().nextDouble());

    private @Nullable Pipeline pipeline;
    private @Nullable Call probe;
    private @Nullable Call measured;
    private FailureReason whyOpen = FailureReason.REFUSED;
    private boolean closed;
    private final CompletableFuture<Void> tried = new CompletableFuture<>();

    Lane(
            RedisConnector connector,
            RedisAddress address,
            EventLoop loop,
            Duration timeout,
            List<Script> scripts,
            StoreHealth health,
            StoreMetrics metrics) {
        this.connector = connector;
        this.address = address;
        this.loop = loop;
        this.scripts = scripts;
        this.health = health;
        this.metrics = metrics;
        this.patience = new Patience(timeout, System.nanoTime());
    }

    EventLoop loop() {
        return loop;
    }

    /**
     * Begins to connect, and keeps at it; completes when that was tried once and, where it succeeded, it is known how fast Redis
     * is. Any thread.
     */
    CompletableFuture<Void> start() {
        loop.execute(() -> {
            probe();
            beatLater();
        });
        return tried;
    }

    /** Sends the call at the end of this tick. Any thread; told on the loop. */
    void call(Call call) {
        if (loop.inEventLoop()) {
            submit(call);
            return;
        }
        try {
            loop.execute(() -> submit(call));
        } catch (RejectedExecutionException e) {
            call.fail(FailureReason.REFUSED);
        }
    }

    /** Ends for good; completes when the connection is closed. Any thread. */
    CompletableFuture<Void> close() {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        try {
            loop.execute(() -> {
                closed = true;
                boolean unused = breaker.open();
                Pipeline last = pipeline;
                disconnect();
                if (last == null) {
                    ended.complete(null);
                } else {
                    var ignored = last.link().channel().closeFuture().addListener(done -> ended.complete(null));
                }
            });
        } catch (RejectedExecutionException e) {
            ended.complete(null);
        }
        return ended;
    }

    private void submit(Call call) {
        Pipeline current = pipeline;
        if (!breaker.isClosed() || current == null) {
            refuse(call, whyOpen);
        } else if (current.isFull()) {
            refuse(call, FailureReason.FULL);
        } else {
            current.submit(call);
        }
    }

    @Override
    public long patience() {
        return patience.limit();
    }

    @Override
    public void flushed(List<Call> calls) {
        int asked = 0;
        for (int i = 0; i < calls.size(); i++) {
            Call call = calls.get(i);
            if (!call.isWord()) {
                asked++;
                measured = measured == null ? call : measured;
            }
        }
        if (asked > 0) {
            metrics.flushed(asked);
        }
    }

    @Override
    public void replied(Call call, long nanos, long now) {
        patience.observe(nanos, now);
        if (call == measured) {
            measured = null;
            metrics.answered(nanos);
        }
        if (call.isTold()) {
            return; // late: it was decided without
        }
        FailureReason error = call.error();
        if (call == probe) {
            probe = null;
            probed(error);
        } else if (error == null) {
            breaker.succeeded(now);
            call.answer(call.values());
        } else {
            failed(call, error, now);
        }
    }

    private void failed(Call call, FailureReason error, long now) {
        metrics.failed(error.label());
        Pipeline current = pipeline;
        if (error == FailureReason.NOSCRIPT && current != null && call.sendWhole()) {
            current.submit(call); // it has not run: this is not a second time
            return;
        }
        call.fail(error);
        if (error.needsNewConnection()) {
            trip(error);
            disconnect();
        } else if (!error.isOutage()) {
            breaker.succeeded(now);
            health.refused(call, error);
        } else if (breaker.failed(call.sentAt())) {
            opened(error);
        }
    }

    @Override
    public void late(Call call) {
        refuse(call, FailureReason.TIMEOUT);
        if (call == probe) {
            probe = null;
            probed(FailureReason.TIMEOUT);
        } else if (breaker.failed(call.sentAt())) {
            opened(FailureReason.TIMEOUT);
        }
    }

    /** Opens the breaker if it is closed. */
    private void trip(FailureReason reason) {
        if (breaker.open()) {
            opened(reason);
        }
    }

    private void opened(FailureReason reason) {
        whyOpen = reason;
        health.down(this, reason);
        forget(whyOpen);
        probeLater();
    }

    private void probeLater() {
        if (!closed) {
            var unused = loop.schedule(this::probe, breaker.nextDelayNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void probe() {
        if (closed || breaker.isClosed()) {
            return;
        }
        breaker.probing();
        Pipeline current = pipeline;
        if (current != null && !current.isSilent(DEAD_AFTER)) {
            sendProbe(current);
            return;
        }
        disconnect();
        connect();
    }

    private void sendProbe(Pipeline over) {
        Call call = Call.command(new Unheard(), EVAL, PROBE, NO_KEYS);
        probe = call;
        over.submitNow(call);
    }

    private void probed(@Nullable FailureReason error) {
        if (error == null || !error.isOutage()) {
            breaker.close();
            health.up(this);
            Acquaintance.seek(loop, patience, this::ask, () -> tried.complete(null));
        } else {
            metrics.failed(error.label());
            if (error.needsNewConnection()) {
                disconnect();
            }
            boolean unused = breaker.open();
            whyOpen = error;
            health.down(this, error);
            probeLater();
            tried.complete(null);
        }
    }

    /** Asks for a word that says that it can be used. */
    private void ask(Reply reply) {
        Pipeline current = pipeline;
        if (current != null && breaker.isClosed()) {
            current.submitNow(Call.word(reply, EVAL, PROBE, NO_KEYS));
        }
    }

    private void beat() {
        if (patience.isOlderThan(BEAT, System.nanoTime())) {
            ask(new Unheard());
        }
        beatLater();
    }

    private void beatLater() {
        if (!closed) {
            var unused = loop.schedule(this::beat, BEAT, TimeUnit.NANOSECONDS);
        }
    }

    private void connect() {
        var unused = connector.connect(address, loop).whenComplete((fresh, failure) -> {
            try {
                loop.execute(() -> connected(fresh, failure));
            } catch (RejectedExecutionException e) {
                if (fresh != null) {
                    fresh.close();
                }
            }
        });
    }

    private void connected(@Nullable RedisLink fresh, @Nullable Throwable failure) {
        if (fresh == null) {
            probed(failure == null ? FailureReason.OTHER : FailureReason.of(failure));
        } else if (closed) {
            fresh.close();
        } else {
            Pipeline opened = new Pipeline(fresh, loop, this);
            pipeline = opened;
            var unused = fresh.channel().closeFuture().addListener(ended -> lost(opened));
            for (Script script : scripts) {
                opened.submit(
                        Call.command(new Unheard(), SCRIPT, LOAD, script.text().getBytes(StandardCharsets.UTF_8)));
            }
            sendProbe(opened);
        }
    }

    private void lost(Pipeline dead) {
        if (dead != pipeline) {
            return;
        }
        disconnect();
        if (breaker.state() == Breaker.State.PROBING) {
            probed(FailureReason.REFUSED);
        } else {
            trip(FailureReason.REFUSED);
        }
    }

    private void disconnect() {
        Pipeline dead = pipeline;
        pipeline = null;
        probe = null;
        measured = null;
        if (dead != null) {
            dead.end().forEach(call -> refuse(call, FailureReason.REFUSED));
            dead.link().close();
        }
    }

    /** Tells all calls that there will be no reply. */
    private void forget(FailureReason reason) {
        Pipeline current = pipeline;
        if (current != null) {
            current.forget().forEach(call -> refuse(call, reason));
        }
    }

    private void refuse(Call call, FailureReason reason) {
        metrics.failed(reason.label());
        call.fail(reason);
    }

    /** For what only has to be done. */
    private record Unheard() implements Reply {
        @Override
        public void answered(List<Object> values) {}

        @Override
        public void failed(StoreUnavailableException failure) {}
    }
}
