package io.redisroles.sidecar.limit;

import io.redisroles.contract.Algorithm;
import io.redisroles.contract.PolicySection.Limit;
import io.redisroles.sidecar.limit.Denials.Denial;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/**
 * Refuses from memory while it is certain that Redis would refuse too. What counted against a subject leaves at a known time
 * and a refusal changes nothing, so a subject over its limit stays there until then, whoever asks.
 *
 * <p>A refusal is dated from when the question was sent, which is before Redis decided: it ends here no later than there.
 * A counter may be reset, or a lease come back: a refusal holds for one second at most, unless Redis says when the counter
 * changes. It is asked to for subjects that are refused again after that second. Safe for all threads.
 */
public final class DenyCache implements RateLimiter {
    /** Then Redis is asked again, whatever it said, about a counter whose changes it does not tell. */
    static final long RECHECK_NANOS = Duration.ofSeconds(1).toNanos();

    /** A shorter refusal is asked about again before watching it has paid. */
    private static final long WORTH_WATCHING_NANOS = 3 * RECHECK_NANOS;

    private final RateLimiter next;
    private final LongSupplier nanoTime;
    private final Denials denials;
    private final Optional<DenialWatch> watch;

    /**
     * Begins empty.
     *
     * @param next is asked about what is not known
     * @param nanoTime a monotonic clock
     * @param maxSubjects how many refusals are remembered, a power of two
     * @param watch tells which counters change
     */
    @SuppressWarnings("OptionalUsedAsFieldOrParameterType") // There may be none.
    public DenyCache(RateLimiter next, LongSupplier nanoTime, int maxSubjects, Optional<DenialWatch> watch) {
        this.next = next;
        this.nanoTime = nanoTime;
        this.denials = new Denials(maxSubjects);
        this.watch = watch;
        watch.ifPresent(told -> told.serves(denials));
    }

    @Override
    public CompletionStage<LimitDecision> acquire(List<Charge> charges) {
        long sent = nanoTime.getAsLong();
        Optional<LimitDecision> known = refusal(charges, sent);
        if (known.isPresent()) {
            return CompletableFuture.completedFuture(known.get());
        }
        return next.acquire(charges).thenApply(decision -> {
            if (!decision.admitted() && decision.source() == LimitDecision.Source.REDIS) {
                remember(charges, decision, sent);
            }
            return decision;
        });
    }

    @Override
    public boolean hasRefusals() {
        return !denials.isEmpty(nanoTime.getAsLong());
    }

    @Override
    public Optional<LimitDecision> refusal(List<Charge> charges) {
        return refusal(charges, nanoTime.getAsLong());
    }

    private Optional<LimitDecision> refusal(List<Charge> charges, long now) {
        if (denials.isEmpty(now)) {
            return Optional.empty();
        }
        List<Quota> exceeded = List.of();
        for (int i = 0; i < charges.size(); i++) {
            Optional<Denial> denial = denials.find(charges.get(i), now);
            if (denial.isPresent()) {
                Quota quota = denial.get().quota(now);
                if (exceeded.isEmpty()) {
                    exceeded = List.of(quota);
                } else {
                    exceeded = new ArrayList<>(exceeded);
                    exceeded.add(quota);
                }
            }
        }
        return exceeded.isEmpty()
                ? Optional.empty()
                : Optional.of(new LimitDecision(false, exceeded, LimitDecision.Source.CACHE));
    }

    @SuppressWarnings("ReferenceEquality") // Limits of one request stem from one policy.
    private void remember(List<Charge> charges, LimitDecision decision, long sent) {
        long now = nanoTime.getAsLong();
        for (Quota quota : decision.quotas()) {
            if (!quota.refused() || !lasts(quota.limit())) {
                continue;
            }
            for (Charge charge : charges) {
                if (charge.limit() == quota.limit()) {
                    remember(charge, quota, sent, now);
                }
            }
        }
    }

    private void remember(Charge charge, Quota quota, long sent, long now) {
        long wait = Math.multiplyExact(quota.waitMicros(), 1000L);
        // A thousandth less, for clocks that do not run alike.
        long certain = wait - (wait >> 10);
        boolean told = isWatched(charge.key(), sent);
        if (!told && certain > WORTH_WATCHING_NANOS && denials.knew(charge.key())) {
            watch.ifPresent(begun -> begun.watch(charge.key()));
        }
        long holds = told ? certain : Math.min(Math.min(certain, RECHECK_NANOS), untilReturned(charge));
        denials.add(new Denial(charge.key(), charge.terms(), quota.remaining(), sent + holds, now + wait), now);
        if (told && !isWatched(charge.key(), sent)) {
            denials.forget(charge.key()); // it changed while this was noted
        }
    }

    private boolean isWatched(String key, long since) {
        return watch.isPresent() && watch.get().isWatched(key, since);
    }

    /** Leases may be given back; none is out for longer than two sub-windows. */
    private static long untilReturned(Charge charge) {
        long subWindow =
                1000L * SlidingWindow.subWindowMicros(charge.limit().algorithm().horizon());
        return LeasePolicy.mayBeLeased(charge) ? subWindow : Long.MAX_VALUE;
    }

    /** Whether a refusal by this limit stays true: slots of Concurrency are given back at any time. */
    private static boolean lasts(Limit limit) {
        return !(limit.algorithm() instanceof Algorithm.Concurrency);
    }
}
