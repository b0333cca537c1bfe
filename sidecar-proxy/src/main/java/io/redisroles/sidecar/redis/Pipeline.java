package io.redisroles.sidecar.redis;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one connection: those of one tick of the event loop leave in one flush; of each its owner is told that its reply
 * was read, or that it is late. Replies come in the order of the calls. Confined to the loop.
 */
final class Pipeline {
    /** Calls of one connection whose replies have not come; more are refused at once. */
    static final int MOST_WAITING = 4096;

    /** If the timer itself is late by this, the time was lost here: what has arrived meanwhile is read first. */
    private static final long OWN_DELAY = Duration.ofMillis(5).toNanos();

    /** Whose calls they are. Called on the loop. */
    interface Owner {
        /** How long a reply is waited for at most, in nanoseconds. */
        long patience();

        /** Some calls have left in one flush. */
        void flushed(List<Call> calls);

        /**
         * A reply was read; one that comes late has been told of before.
         *
         * @param nanos since the call was sent
         * @param now by {@link System#nanoTime}
         */
        void replied(Call call, long nanos, long now);

        /** No reply came in time; it may still come. */
        void late(Call call);
    }

    private final RedisLink link;
    private final EventLoop loop;
    private final Owner owner;
    private final List<Call> batch = new ArrayList<>();
    /** Whose replies are awaited, in the order in which they will come. */
    private final Queue<Call> sent = new ArrayDeque<>();
    /** Replies that will still come, those that nobody waits for included. */
    private int waiting;

    private long lastReply;
    private @Nullable ScheduledFuture<?> limit;
    private long limitAt;
    private boolean excused;
    private boolean ended;
    // Two steps: first all that this tick reads is read, then what was put off until then is done.
    private final Runnable flush = this::flush;
    private final Runnable endOfTick = this::flushLast;

    Pipeline(RedisLink link, EventLoop loop, Owner owner) {
        this.link = link;
        this.loop = loop;
        this.owner = owner;
    }

    RedisLink link() {
        return link;
    }

    boolean isFull() {
        return waiting + batch.size() >= MOST_WAITING;
    }

    /** Whether replies should have come, and for so long not one has. */
    boolean isSilent(long nanos) {
        return waiting > 0 && System.nanoTime() - lastReply > nanos;
    }

    /** Sends the call at the end of this tick. */
    void submit(Call call) {
        if (batch.isEmpty()) {
            loop.execute(endOfTick);
        }
        batch.add(call);
    }

    /** Sends the call now, with those that wait for the end of the tick. */
    void submitNow(Call call) {
        batch.add(call);
        flush();
    }

    private void flushLast() {
        loop.execute(flush);
    }

    private void flush() {
        if (ended || batch.isEmpty()) {
            return;
        }
        long now = System.nanoTime();
        for (Call call : batch) {
            call.sending(this, now);
            sent.add(call);
        }
        if (waiting == 0) {
            lastReply = now;
        }
        waiting += batch.size();
        owner.flushed(batch);
        var unused = link.channel().writeAndFlush(batch, link.channel().voidPromise());
        batch.clear();
        awaitReplies(now);
    }

    /** A call's reply was read. */
    void replied(Call call) {
        if (ended) {
            return;
        }
        long now = System.nanoTime();
        waiting--;
        lastReply = now;
        if (sent.peek() == call) { // else it is late
            sent.remove();
        }
        owner.replied(call, now - call.sentAt(), now);
    }

    private void awaitReplies(long now) {
        Call oldest = sent.peek();
        if (oldest == null) {
            return; // a timer that runs finds nothing to do
        }
        long due = oldest.sentAt() + owner.patience();
        ScheduledFuture<?> running = limit;
        if (running != null && due - limitAt >= 0) {
            return; // it looks again when it fires
        }
        if (running != null) {
            running.cancel(false); // patience has become less since
        }
        limitAt = due;
        limit = loop.schedule(this::onLimit, Math.max(0, due - now), TimeUnit.NANOSECONDS);
    }

    private void onLimit() {
        if (ended) {
            return;
        }
        long now = System.nanoTime();
        if (now - limitAt > OWN_DELAY && !excused) {
            excused = true;
            limitAt = now + OWN_DELAY / 5;
            limit = loop.schedule(this::onLimit, OWN_DELAY / 5, TimeUnit.NANOSECONDS);
            return;
        }
        excused = false;
        limit = null;
        long allowed = owner.patience();
        for (Call oldest = sent.peek(); oldest != null && now - oldest.sentAt() >= allowed; oldest = sent.peek()) {
            sent.remove();
            owner.late(oldest);
        }
        awaitReplies(now);
    }

    /** Waits for no reply any more, and sends nothing that has not been sent; whose calls these are. */
    List<Call> forget() {
        List<Call> forgotten = new ArrayList<>(sent);
        forgotten.addAll(batch);
        sent.clear();
        batch.clear();
        return forgotten;
    }

    /** The same, for good; the connection is its owner's to close. */
    List<Call> end() {
        ended = true;
        ScheduledFuture<?> running = limit;
        if (running != null) {
            running.cancel(false);
        }
        return forget();
    }
}
