package io.redisroles.sidecar.session;

import io.redisroles.contract.PolicySection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A session as it was last read, with both its deadlines on this process' clock. Safe for all threads. */
final class KnownSession implements TrackedCache.Kept {
    /** Long enough to count as never, short enough to add to any time. */
    private static final long NEVER_NANOS = Duration.ofDays(366L * 50).toNanos();

    private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();

    private final Session session;
    private final PolicySection policy;
    private final String tokenId;
    /** When the read was sent, by {@link System#nanoTime}: every deadline counts from here, and so is never late. */
    private final long sent;

    private final long sentMillis;
    private final long ends;
    private volatile long again;
    private volatile long told;
    private final AtomicBoolean renewing = new AtomicBoolean();
    private volatile @Nullable CompletionStage<SessionVerdict> byCookie;
    private volatile @Nullable CompletionStage<SessionVerdict> otherwise;

    /** What {@code record} says of {@code reference}; the read was sent at {@code sent}. */
    KnownSession(Reference reference, SessionRecord record, PolicySection policy, long sent) {
        Proof proof = Proof.record(reference.kind(), reference.key(), record.csrf());
        this.session = new Session(record.user(), record.tier(), reference.identity(), proof);
        this.policy = policy;
        this.tokenId = record.tokenId();
        this.sent = sent;
        this.sentMillis = record.nowMillis();
        this.ends = sent + nanos(record.leftMillis());
        this.again = sent + nanos(record.againMillis());
        this.told = sent;
    }

    private static long nanos(long millis) {
        return millis < 0 ? NEVER_NANOS : Math.min(TimeUnit.MILLISECONDS.toNanos(millis), NEVER_NANOS);
    }

    Session session() {
        return session;
    }

    PolicySection policy() {
        return policy;
    }

    /** Under which its use is counted; empty if it is not. */
    String tokenId() {
        return tokenId;
    }

    /** When it ends, by {@link System#nanoTime}. */
    long ends() {
        return ends;
    }

    /** When it is worth being kept alive again, by {@link System#nanoTime}. */
    long again() {
        return again;
    }

    /** When it ends, in ms since 1970 on Redis' clock. */
    long endsMillis() {
        return nowMillis(ends);
    }

    /** The time {@code nanos} on Redis' clock, in ms since 1970. */
    long nowMillis(long nanos) {
        return sentMillis + TimeUnit.NANOSECONDS.toMillis(nanos - sent);
    }

    /** Whether it was found as such a record by this policy: an equal one that was loaded later reads again, once. */
    @SuppressWarnings(
            "ReferenceEquality") // Comparing all of a policy at each request would cost more than the read it saves.
    boolean isOf(Proof.Kind kind, PolicySection asked) {
        return policy == asked && session.proof().kind() == kind;
    }

    @Override
    public boolean isGood(long nanos) {
        return ends - nanos > 0;
    }

    /** Whether it was last said a while ago that it is in use. */
    boolean mustTell(long nanos) {
        if (nanos - told < SECOND_NANOS) {
            return false;
        }
        told = nanos;
        return true;
    }

    /** Whether Redis has to be told that it is in use; true for one caller at a time. */
    boolean mustRenew(long nanos) {
        return again - nanos <= 0 && renewing.compareAndSet(false, true);
    }

    /** Redis was not told; later. */
    void notRenewed(long nanos) {
        again = nanos + SECOND_NANOS;
        renewing.set(false);
    }

    /** The verdict on a request that shows it, without asking Redis. */
    CompletionStage<SessionVerdict> hit(boolean cookie) {
        CompletionStage<SessionVerdict> known = cookie ? byCookie : otherwise;
        if (known != null) {
            return known;
        }
        CompletionStage<SessionVerdict> fresh = CompletableFuture.completedFuture(verdict(cookie, true));
        if (cookie) {
            byCookie = fresh;
        } else {
            otherwise = fresh;
        }
        return fresh;
    }

    SessionVerdict verdict(boolean cookie, boolean cached) {
        return new SessionVerdict.Valid(session, cookie, cached);
    }
}
