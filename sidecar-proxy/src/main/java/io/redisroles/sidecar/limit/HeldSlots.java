package io.redisroles.sidecar.limit;

import io.redisroles.sidecar.redis.RedisStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what requests of this sidecar hold under Concurrency limits: gives a permit with each admission, gives slots back
 * when a permit is closed, and renews all of a counter's together each third of its lease. What cannot be renewed is lost
 * before its lease ends. Everything else passes through. Safe for all threads.
 *
 * <p>Slots do not leak. A release that was lost shows at the next renewal: more are counted than can be held, and the rest
 * is given back. What was sent before a call was lost and is executed late does no harm: see {@link Holder}.
 */
public final class HeldSlots implements SharedCounters, AutoCloseable {
    /** How often it is looked what must be renewed. */
    private static final Duration TICK = Duration.ofMillis(250);
    /** Requests end this long before their lease: what it takes to notice, and to end them. */
    private static final Duration MARGIN = Duration.ofMillis(500);

    private final SharedCounters counters;
    private final Holder holder;
    private final ScheduledExecutorService timer;
    private final LongSupplier nanoTime;

    private volatile @Nullable Future<?> ticking;

    // Guarded by this.
    private final Map<String, Holding> holdings = new HashMap<>();

    /**
     * Begins with nothing held.
     *
     * @param timer runs short tasks
     * @param nanoTime a monotonic clock
     */
    HeldSlots(SharedCounters counters, Holder holder, ScheduledExecutorService timer, LongSupplier nanoTime) {
        this.counters = counters;
        this.holder = holder;
        this.nanoTime = nanoTime;
        this.timer = timer;
    }

    /** The counters of {@code store}, for a process of its own name. */
    public static HeldSlots of(RedisStore store, ScheduledExecutorService timer, RandomGenerator random) {
        Holder holder = Holder.random(random);
        return new HeldSlots(new RedisCounters(store, holder), holder, timer, System::nanoTime);
    }

    /** Begins to renew. */
    public void start() {
        ticking = timer.scheduleWithFixedDelay(this::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public CompletionStage<List<Reply>> decide(List<Ask> asks) {
        if (!anyHolds(asks)) {
            return counters.decide(asks);
        }
        long sent = nanoTime.getAsLong();
        List<Part> parts = begin(asks);
        return counters.decide(asks)
                .thenApply(replies -> admitted(asks, replies, parts, sent))
                .whenComplete((replies, failure) -> {
                    if (failure != null) {
                        holder.nextEpoch();
                        synchronized (this) {
                            parts.forEach(Part::giveUp);
                        }
                    }
                });
    }

    /** How many counters this sidecar holds something of, or did a moment ago. */
    synchronized int size() {
        return holdings.size();
    }

    @Override
    public void close() {
        Future<?> begun = ticking;
        if (begun != null) {
            begun.cancel(false);
        }
    }

    private static boolean anyHolds(List<Ask> asks) {
        for (int i = 0; i < asks.size(); i++) {
            Ask ask = asks.get(i);
            for (int c = 0; c < ask.size() && ask instanceof Ask.Debit; c++) {
                if (holds(ask.charge(c))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean holds(Charge charge) {
        return charge.terms().kind() == Terms.Kind.CONCURRENCY;
    }

    private synchronized List<Part> begin(List<Ask> asks) {
        long now = nanoTime.getAsLong();
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < asks.size(); i++) {
            Ask ask = asks.get(i);
            for (int c = 0; c < ask.size() && ask instanceof Ask.Debit; c++) {
                Charge charge = ask.charge(c);
                if (holds(charge)) {
                    Holding holding = holdings.computeIfAbsent(charge.key(), key -> new Holding(charge, now));
                    holding.charge = charge;
                    holding.possible += charge.cost();
                    holding.asked += charge.cost();
                    parts.add(new Part(holding, charge));
                }
            }
        }
        return parts;
    }

    private synchronized List<Reply> admitted(List<Ask> asks, List<Reply> replies, List<Part> parts, long sent) {
        List<Reply> held = new ArrayList<>(replies);
        Iterator<Part> next = parts.iterator();
        for (int i = 0; i < asks.size(); i++) {
            if (asks.get(i) instanceof Ask.Debit debit && replies.get(i) instanceof LimitDecision decision) {
                held.set(i, admitted(debit, decision, next, sent));
            }
        }
        return held;
    }

    private LimitDecision admitted(Ask.Debit debit, LimitDecision decision, Iterator<Part> next, long sent) {
        Held permit = new Held();
        for (int i = 0; i < debit.size(); i++) {
            if (holds(debit.charge(i))) {
                Part part = next.next();
                if (decision.admitted() && !decision.quotas().get(i).exceeded()) {
                    hold(part, permit, sent);
                } else {
                    part.giveUp();
                }
            }
        }
        return permit.parts.isEmpty()
                ? decision
                : new LimitDecision(
                        decision.admitted(), decision.quotas(), decision.delayMicros(), decision.source(), permit);
    }

    private void hold(Part part, Held permit, long sent) {
        Holding holding = part.holding;
        holdings.putIfAbsent(part.charge.key(), holding); // its other requests may have been lost meanwhile
        holding.deadline = later(holding.deadline, sent + holding.leaseNanos());
        holding.held += part.charge.cost();
        holding.permits.add(permit);
        permit.parts.add(part);
    }

    /** Renews what is due, in as few calls as the asks fit into, and ends what could not be. */
    void tick() {
        long now = nanoTime.getAsLong();
        List<Held> ended = new ArrayList<>();
        List<Holding> due = new ArrayList<>();
        synchronized (this) {
            Iterator<Holding> all = holdings.values().iterator();
            while (all.hasNext()) {
                Holding holding = all.next();
                if (holding.held > 0 && holding.deadline - now <= MARGIN.toNanos()) {
                    if (holding.charge.terms().isEnforced()) { // a shadow limit ends no request
                        ended.addAll(holding.permits);
                    }
                    holding.permits.clear();
                    holding.held = 0;
                    all.remove();
                } else if (!holding.renewing && now - holding.renewAt >= 0) {
                    holding.renewing = true;
                    due.add(holding);
                }
            }
        }
        ended.forEach(Held::lose);
        for (int from = 0; from < due.size(); from += MAX_CHARGES) {
            renew(due.subList(from, Math.min(from + MAX_CHARGES, due.size())), now);
        }
    }

    private void renew(List<Holding> due, long now) {
        List<Ask> asks = new ArrayList<>(due.size());
        List<Renewal> renewals = new ArrayList<>(due.size());
        synchronized (this) {
            for (Holding holding : due) {
                asks.add(new Ask.Renew(holding.charge, holding.held));
                renewals.add(new Renewal(holding, holding.possible, holding.asked));
            }
        }
        var unused = counters.decide(asks).whenComplete((replies, failure) -> {
            if (failure != null) {
                holder.nextEpoch();
            }
            List<Ask> leaked = new ArrayList<>();
            synchronized (this) {
                for (int i = 0; i < renewals.size(); i++) {
                    Reply reply = failure == null ? replies.get(i) : Reply.Done.DONE;
                    renewed(renewals.get(i), reply, now, leaked);
                }
            }
            if (!leaked.isEmpty()) {
                release(leaked, () -> {});
            }
        });
    }

    private void renewed(Renewal renewal, Reply reply, long sent, List<Ask> leaked) {
        Holding holding = renewal.holding;
        holding.renewing = false;
        if (!(reply instanceof Reply.Held counted)) {
            return; // again at the next tick
        }
        holding.deadline = later(holding.deadline, sent + holding.leaseNanos());
        holding.renewAt = sent + holding.leaseNanos() / 3;
        // Whatever was asked for meanwhile may be counted already.
        long most = renewal.possible + holding.asked - renewal.asked;
        if (counted.slots() > most) {
            leaked.add(new Ask.Release(holding.charge, counted.slots() - most));
        } else if (holding.possible == 0 && holding.asked == renewal.asked) {
            holdings.remove(holding.charge.key(), holding);
        }
    }

    /** Asks for releases; {@code then} happens when it is known that they are done, or lost. */
    private void release(List<Ask> releases, Runnable then) {
        var unused = counters.decide(releases).whenComplete((replies, failure) -> {
            if (failure != null) {
                holder.nextEpoch();
            }
            then.run();
        });
    }

    private static long later(long one, long other) {
        return one - other >= 0 ? one : other;
    }

    /** What this sidecar has of one counter. */
    private static final class Holding {
        private Charge charge;
        /** Slots of requests that run. */
        private long held;
        /** Slots that Redis may count for this sidecar: held, asked for, or given back without an answer yet. */
        private long possible;
        /** Slots that were ever asked for. */
        private long asked;
        /** When the lease ends, at the earliest. */
        private long deadline;

        private long renewAt;
        private boolean renewing;
        private final Set<Held> permits = new HashSet<>();

        Holding(Charge charge, long now) {
            this.charge = charge;
            this.deadline = now + leaseNanos();
            this.renewAt = now + leaseNanos() / 3;
        }

        long leaseNanos() {
            return charge.limit().algorithm().horizon().toNanos();
        }
    }

    /** What one request asks of one counter. */
    private record Part(Holding holding, Charge charge) {
        /** Redis counts it no more, or never did. */
        void giveUp() {
            holding.possible = Math.max(holding.possible - charge.cost(), 0);
        }
    }

    private record Renewal(Holding holding, long possible, long asked) {}

    private final class Held implements Permit {
        private final List<Part> parts = new ArrayList<>(1);

        // Guarded by the outer object.
        private boolean closed;
        private boolean lost;
        private @Nullable Runnable action;

        @Override
        public void onLost(Runnable toRun) {
            synchronized (HeldSlots.this) {
                if (!lost) {
                    action = toRun;
                    return;
                }
            }
            toRun.run();
        }

        void lose() {
            Runnable toRun;
            synchronized (HeldSlots.this) {
                lost = !closed;
                toRun = closed ? null : action;
                action = null;
            }
            if (toRun != null) {
                toRun.run();
            }
        }

        @Override
        public void close() {
            List<Ask> releases = new ArrayList<>(parts.size());
            List<Part> given = new ArrayList<>(parts.size());
            synchronized (HeldSlots.this) {
                if (closed) {
                    return;
                }
                closed = true;
                for (Part part : parts) {
                    if (part.holding.permits.remove(this)) {
                        part.holding.held -= part.charge.cost();
                        given.add(part);
                        releases.add(new Ask.Release(part.charge, part.charge.cost()));
                    }
                }
            }
            if (!releases.isEmpty()) {
                release(releases, () -> {
                    synchronized (HeldSlots.this) {
                        given.forEach(Part::giveUp);
                    }
                });
            }
        }
    }
}
