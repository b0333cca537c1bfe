package io.redisroles.sidecar.limit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Decides requests of hot subjects by tokens that were debited ahead of time. A request is decided here only if every limit
 * of it has tokens; else the shared counters decide them all, and the same call brings leases for the next ones. Leases are
 * renewed and returned in the background, those of all subjects together. A token is debited before it can be spent and
 * counts until the last moment at which it may be: at most N pass in every window, whatever becomes of messages, clocks and
 * sidecars. What is lost only admits fewer. Safe for all threads.
 */
public final class LeasedRateLimiter implements RateLimiter, AutoCloseable {
    /** After a failure, or when nothing was left to lease. */
    private static final long PAUSE_NANOS = Duration.ofMillis(250).toNanos();
    /** Background work is done together at these steps. */
    private static final long STEP_NANOS = Duration.ofMillis(5).toNanos();

    private final RateLimiter next;
    private final SharedCounters counters;
    private final LongSupplier nanoTime;
    private final Later later;
    private final HotSubjects subjects;
    private final Queue<Ask> unspent = new ConcurrentLinkedQueue<>();
    /** By step: whom to look at then. */
    private final Map<Long, List<HotSubject>> due = new ConcurrentHashMap<>();

    private volatile boolean closed;

    /**
     * Begins without leases.
     *
     * @param next decides requests that no lease can
     * @param counters grants leases
     * @param nanoTime a monotonic clock
     * @param later runs short tasks
     * @param maxSubjects how many subjects have leases at most, a power of two
     */
    public LeasedRateLimiter(
            RateLimiter next, SharedCounters counters, LongSupplier nanoTime, Later later, int maxSubjects) {
        this.next = next;
        this.counters = counters;
        this.nanoTime = nanoTime;
        this.later = later;
        this.subjects = new HotSubjects(maxSubjects);
    }

    @Override
    public CompletionStage<LimitDecision> acquire(List<Charge> charges) {
        if (closed || !LeasePolicy.mayBeLeased(charges)) {
            return next.acquire(charges);
        }
        long now = nanoTime.getAsLong();
        List<HotSubject> hot = new ArrayList<>(charges.size());
        for (int i = 0; i < charges.size(); i++) {
            Charge charge = charges.get(i);
            Optional<HotSubject> subject = subjects.find(charge, now);
            if (subject.isPresent()) {
                subject.get().arrive(charge, now);
                hot.add(subject.get());
            }
        }
        if (hot.size() < charges.size()) {
            return next.acquire(charges);
        }
        return take(hot, 0, now) ? CompletableFuture.completedFuture(admitted(hot, now)) : ask(charges, hot, now);
    }

    /** Takes what the request costs of all limits from {@code index} on; of all or of none. */
    @SuppressWarnings("ReferenceEquality") // NONE is one object.
    private boolean take(List<HotSubject> hot, int index, long now) {
        if (index == hot.size()) {
            return true;
        }
        HotSubject subject = hot.get(index);
        long cost = subject.charge().cost();
        Lease lease = subject.take(cost, now);
        if (lease == Lease.NONE) {
            return false;
        }
        if (!take(hot, index + 1, now)) {
            lease.putBack(cost);
            return false;
        }
        if (lease.runsLow()) {
            lookAt(subject, now, now);
        }
        return true;
    }

    private static LimitDecision admitted(List<HotSubject> hot, long now) {
        List<Quota> quotas = new ArrayList<>(hot.size());
        for (int i = 0; i < hot.size(); i++) {
            quotas.add(hot.get(i).quota(now));
        }
        return new LimitDecision(true, quotas, LimitDecision.Source.LEASE);
    }

    /** Has the counters decide, and asks for leases by the way if every limit of the request is hot. */
    private CompletionStage<LimitDecision> ask(List<Charge> charges, List<HotSubject> hot, long now) {
        List<Ask> asks = new ArrayList<>(2 + charges.size());
        hot.forEach(subject -> subject.reap(now, asks::add));
        int debit = asks.size();
        asks.add(new Ask.Debit(charges));
        List<HotSubject> leasing = leasing(hot, now, asks);
        return decide(asks, leasing, debit + 1, now).thenApply(replies -> (LimitDecision) replies.get(debit));
    }

    private static List<HotSubject> leasing(List<HotSubject> hot, long now, List<Ask> asks) {
        for (HotSubject subject : hot) {
            if (subject.wanted(now) == 0 && subject.left(now) < subject.charge().cost()) {
                return List.of(); // the others' tokens would lie idle
            }
        }
        List<HotSubject> leasing = new ArrayList<>(hot.size());
        for (HotSubject subject : hot) {
            boolean unused = lease(subject, now, asks, leasing);
        }
        return leasing;
    }

    private static boolean lease(HotSubject subject, long now, List<Ask> asks, List<HotSubject> leasing) {
        long wanted = subject.wanted(now);
        boolean asking = wanted > 0 && subject.beginAsking();
        if (asking) {
            asks.add(new Ask.Lease(subject.charge(), wanted, LeasePolicy.share(subject.charge())));
            leasing.add(subject);
        }
        return asking;
    }

    /** Sends one call; the leases in it begin at {@code first}. */
    private CompletionStage<List<Reply>> decide(List<Ask> asks, List<HotSubject> leasing, int first, long sent) {
        return counters.decide(asks).handle((replies, failure) -> {
            long now = nanoTime.getAsLong();
            if (failure != null) {
                leasing.forEach(subject -> subject.denied(now + PAUSE_NANOS));
                throw failure instanceof CompletionException known ? known : new CompletionException(failure);
            }
            for (int i = 0; i < leasing.size(); i++) {
                granted(leasing.get(i), (Reply.Granted) replies.get(first + i), sent, now);
            }
            return replies;
        });
    }

    private void granted(HotSubject subject, Reply.Granted reply, long sent, long now) {
        subject.know(reply.state(), now);
        if (reply.tokens() == 0) {
            subject.denied(now + PAUSE_NANOS);
            return;
        }
        Lease lease = LeasePolicy.lease(subject.charge().terms(), reply, sent, now);
        subject.granted(lease, unspent::add);
        if (closed) {
            subject.close(unspent::add);
            look(List.of());
            return;
        }
        lookAt(subject, unspent.isEmpty() ? subject.nextLook(now) : now, now);
    }

    /** Runs tasks after a while. */
    @FunctionalInterface
    public interface Later {
        void run(long nanos, Runnable task);
    }

    /** Looks at the subject at {@code when} or shortly after, together with all others that are due then. */
    private void lookAt(HotSubject subject, long when, long now) {
        if (closed || !subject.claimLook(when, now)) {
            return;
        }
        long step = Math.floorDiv(when, STEP_NANOS) + 1;
        boolean[] first = {false};
        due.compute(step, (id, others) -> {
            first[0] = others == null;
            List<HotSubject> all = others == null ? new ArrayList<>() : others;
            all.add(subject);
            return all;
        });
        if (first[0]) {
            later.run(Math.max(step * STEP_NANOS - nanoTime.getAsLong(), 0), () -> {
                List<HotSubject> subjectsDue = due.remove(step);
                look(subjectsDue == null ? List.of() : subjectsDue);
            });
        }
    }

    /** Returns what was not spent, and renews what is still needed. */
    private void look(List<HotSubject> subjectsDue) {
        long now = nanoTime.getAsLong();
        Batch batch = new Batch(now);
        Consumer<Ask> refund = batch::refund;
        for (Ask waiting = unspent.poll(); waiting != null; waiting = unspent.poll()) {
            batch.refund(waiting);
        }
        for (HotSubject subject : subjectsDue) {
            subject.looked(now);
            if (batch.renew(subject) || subject.mustReturn(now)) {
                subject.reap(now, refund);
            }
            lookAt(subject, subject.nextLook(now), now);
        }
        batch.send();
    }

    /** Returns everything that was not spent. */
    @Override
    public void close() {
        closed = true;
        Batch batch = new Batch(nanoTime.getAsLong());
        subjects.forEach(subject -> subject.close(batch::refund));
        try {
            var unused = batch.send().toCompletableFuture().get(200, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // What is lost ages out.
        }
    }

    /** Refunds and renewals for one call, or as many as it takes. */
    private final class Batch {
        private final long now;
        private final List<Ask> refunds = new ArrayList<>();
        private final List<Ask> leases = new ArrayList<>();
        private final List<HotSubject> leasing = new ArrayList<>();
        private CompletionStage<?> last = CompletableFuture.completedFuture(List.of());

        Batch(long now) {
            this.now = now;
        }

        void refund(Ask ask) {
            refunds.add(ask);
            sendIfFull();
        }

        /** Whether the call brings a lease. */
        boolean renew(HotSubject subject) {
            boolean renewed = !closed && lease(subject, now, leases, leasing);
            sendIfFull();
            return renewed;
        }

        private void sendIfFull() {
            if (refunds.size() + leases.size() == SharedCounters.MAX_CHARGES) {
                last = send();
            }
        }

        CompletionStage<?> send() {
            if (refunds.isEmpty() && leases.isEmpty()) {
                return last;
            }
            List<Ask> asks = new ArrayList<>(refunds);
            asks.addAll(leases);
            List<HotSubject> renewed = List.copyOf(leasing);
            int first = refunds.size();
            refunds.clear();
            leases.clear();
            leasing.clear();
            return decide(asks, renewed, first, nanoTime.getAsLong());
        }
    }
}
