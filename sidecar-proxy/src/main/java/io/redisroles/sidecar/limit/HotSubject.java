package io.redisroles.sidecar.limit;

import io.redisroles.contract.Algorithm;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * One subject of one limit as this sidecar sees it: how often it is asked about, and its leases. Times are of a monotonic
 * clock, in nanoseconds. Safe for all threads; a race about the rate makes an estimate worse, nothing else.
 */
final class HotSubject {
    private static final long WINDOW = Duration.ofSeconds(1).toNanos();
    /** No moment of the clock: a moment is never so far from another. */
    static final long NEVER = Long.MAX_VALUE;

    /** A rate is not taken from less, however fast the first requests follow each other. */
    private static final long SHORTEST = Duration.ofMillis(250).toNanos();

    private final Terms terms;
    private final AtomicLong windowStart;
    private final AtomicLong arrived = new AtomicLong();
    private final AtomicBoolean asking = new AtomicBoolean();
    private volatile Charge charge;
    private volatile long perSecond;
    private volatile long lastSeen;
    private volatile long askNotBefore;
    private volatile Lease lease = Lease.NONE;
    /** The one before, as long as it lasts: spent first. */
    private volatile Lease former = Lease.NONE;

    private volatile Known known = new Known(0, 0, 0);
    /** When it is looked at in the background; {@link #NEVER} if it is not. */
    private final AtomicLong look = new AtomicLong(NEVER);

    HotSubject(Charge charge, long now) {
        this.charge = charge;
        this.terms = charge.terms();
        this.windowStart = new AtomicLong(now);
        this.lastSeen = now;
        this.askNotBefore = now;
    }

    Charge charge() {
        return charge;
    }

    @SuppressWarnings("ReferenceEquality") // A policy that was read anew has new limits: it begins without leases.
    boolean isAbout(Charge other) {
        return other.limit() == terms.limit()
                && other.amount().equals(terms.amount())
                && other.key().equals(charge.key());
    }

    /** Whether its place may be given to another: idle, and nothing of it is out. */
    boolean isForgettable(long now) {
        return now - lastSeen > WINDOW && lease.left() == 0 && former.left() == 0 && !asking.get();
    }

    /** A request that costs so much is here. */
    void arrive(Charge asked, long now) {
        if (asked.liveSidecars() != charge.liveSidecars()) {
            charge = asked;
        }
        lastSeen = now;
        long start = windowStart.get();
        if (now - start >= WINDOW && windowStart.compareAndSet(start, now)) {
            perSecond = (perSecond + arrived.getAndSet(0) * WINDOW / (now - start)) / 2;
        }
        arrived.addAndGet(asked.cost());
    }

    /** How many tokens a second are spent here now. */
    long perSecond(long now) {
        long elapsed = Math.max(now - windowStart.get(), SHORTEST);
        long current = arrived.get() * WINDOW / elapsed;
        // A window that has hardly begun says little.
        return elapsed >= WINDOW ? current : Math.max(perSecond, elapsed > SHORTEST ? current : current / 2);
    }

    /** The lease that a request was admitted by, {@link Lease#NONE} if there was none. */
    Lease take(long cost, long now) {
        Lease first = former;
        if (first.take(cost, now)) {
            return first;
        }
        Lease second = lease;
        return second.take(cost, now) ? second : Lease.NONE;
    }

    /** How much may be spent without asking. */
    long left(long now) {
        return (former.hasEnded(now) ? 0 : former.left()) + (lease.hasEnded(now) ? 0 : lease.left());
    }

    /** How many tokens to ask for now; 0 if it is not worth it, or somebody asks already. */
    long wanted(long now) {
        if (asking.get() || now - askNotBefore < 0 || now - lastSeen > WINDOW) {
            return 0;
        }
        long rate = perSecond(now);
        if (!lease.isDue(rate, charge.cost(), now)) {
            return 0;
        }
        long most = LeasePolicy.most(charge, rate, 1000 * terms.longestLeaseMicros());
        return most >= LeasePolicy.least(charge) ? most : 0;
    }

    /** Claims the right to ask; one at a time. */
    boolean beginAsking() {
        return asking.compareAndSet(false, true);
    }

    /** Nothing was granted; not asked again before {@code notBefore}. */
    void denied(long notBefore) {
        askNotBefore = notBefore;
        asking.set(false);
    }

    /** A lease that was granted; what is left of the last but one goes to {@code unspent}. */
    void granted(Lease fresh, Consumer<Ask> unspent) {
        Lease oldest = former;
        former = lease;
        lease = fresh;
        asking.set(false);
        giveBack(oldest, unspent);
    }

    /** Where the limit stood when Redis was last asked. */
    void know(Quota state, long now) {
        known = new Known(state.remaining(), state.waitMicros(), now);
    }

    /** Where the limit stands at least: a sidecar's share of what was left, and what is held here. */
    Quota quota(long now) {
        Known last = known;
        long remaining = last.remaining / charge.liveSidecars() + left(now);
        long wait = last.waitMicros - (now - last.at) / 1000;
        return new Quota(terms, remaining, Math.max(wait, 0), false);
    }

    /** Gives back what can no longer be spent, or, if nobody came for a while, what was not. */
    void reap(long now, Consumer<Ask> unspent) {
        boolean idle = now - lastSeen >= WINDOW;
        Lease first = former;
        if (idle || first.hasEnded(now)) {
            giveBack(first, unspent);
        }
        Lease second = lease;
        if (idle || second.hasEnded(now)) {
            giveBack(second, unspent);
        }
    }

    /** When background work will be due next: a lease to be renewed, or something to be given back; {@link #NEVER} if none is. */
    long nextLook(long now) {
        Lease first = former;
        Lease second = lease;
        long next = NEVER;
        if (first.left() > 0) {
            next = earlier(next, first.deadline() + WINDOW, now);
        }
        if (second.left() > 0) {
            next = earlier(next, Math.max(second.deadline() - second.renewAt(), 0) + second.renewAt(), now);
        }
        if (next != NEVER) {
            next = earlier(next, lastSeen + WINDOW, now);
        }
        if (now - lastSeen < WINDOW) {
            next = second.isGranted() && second.renewAt() - now > 0 ? earlier(next, second.renewAt(), now) : next;
            next = askNotBefore - now > 0 ? earlier(next, askNotBefore, now) : next;
        }
        return next;
    }

    /** The earlier of two moments, the second of which is not before {@code now}. */
    private static long earlier(long one, long other, long now) {
        long second = other - now < 0 ? now : other;
        return one == NEVER || second - one < 0 ? second : one;
    }

    /** Whether what was not spent has to be given back now, and not by the way of the next renewal. */
    boolean mustReturn(long now) {
        boolean idle = now - lastSeen >= WINDOW;
        Lease first = former;
        Lease second = lease;
        return (first.left() > 0 && (idle || now - first.deadline() >= WINDOW))
                || (second.left() > 0 && (idle || second.hasEnded(now)));
    }

    /** Whether the caller has to see to it that it is looked at at {@code when}: nobody does before. */
    boolean claimLook(long when, long now) {
        if (when == NEVER) {
            return false;
        }
        while (true) {
            long before = look.get();
            if (before != NEVER && before - when <= 0 && before - now >= 0) {
                return false;
            }
            if (look.compareAndSet(before, when)) {
                return true;
            }
        }
    }

    /** It is being looked at. */
    void looked(long now) {
        long before = look.get();
        if (before - now <= 0) {
            look.compareAndSet(before, NEVER);
        }
    }

    /** Gives everything back. */
    void close(Consumer<Ask> unspent) {
        giveBack(former, unspent);
        giveBack(lease, unspent);
    }

    private void giveBack(Lease ended, Consumer<Ask> unspent) {
        long left = ended.close();
        if (left > 0 && terms.limit().algorithm() instanceof Algorithm.SlidingWindow) {
            unspent.accept(new Ask.Refund(charge, ended.slot(), left));
        }
    }

    private record Known(long remaining, long waitMicros, long at) {}
}
