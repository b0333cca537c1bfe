package io.redisroles.sidecar.limit;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Debits both counters of a subject that has two, in one decision: while the key of the identifiers is exchanged, sidecars that
 * know only one of its names and sidecars that know both count together. Of a limit that was decided twice the tighter answer
 * counts. Safe for all threads.
 */
public final class TwinCounters implements RateLimiter {
    private final RateLimiter next;

    /** Decides by {@code next}. */
    public TwinCounters(RateLimiter next) {
        this.next = next;
    }

    @Override
    public CompletionStage<LimitDecision> acquire(List<Charge> charges) {
        return haveTwins(charges)
                ? next.acquire(doubled(charges)).thenApply(TwinCounters::merged)
                : next.acquire(charges);
    }

    @Override
    public boolean hasRefusals() {
        return next.hasRefusals();
    }

    @Override
    public Optional<LimitDecision> refusal(List<Charge> charges) {
        return haveTwins(charges) ? next.refusal(doubled(charges)).map(TwinCounters::merged) : next.refusal(charges);
    }

    private static boolean haveTwins(List<Charge> charges) {
        for (int i = 0; i < charges.size(); i++) {
            if (charges.get(i).twin().isPresent()) {
                return true;
            }
        }
        return false;
    }

    private static List<Charge> doubled(List<Charge> charges) {
        List<Charge> all = new ArrayList<>(2 * charges.size());
        for (Charge charge : charges) {
            all.add(new Charge(charge.terms(), charge.key(), charge.liveSidecars()));
            charge.twin().ifPresent(twin -> all.add(new Charge(charge.terms(), twin, charge.liveSidecars())));
        }
        return all;
    }

    @SuppressWarnings("ReferenceEquality") // Both counters are asked with the same terms.
    private static LimitDecision merged(LimitDecision decision) {
        List<Quota> quotas = new ArrayList<>(decision.quotas().size());
        for (Quota quota : decision.quotas()) {
            int last = quotas.size() - 1;
            if (last >= 0 && quotas.get(last).terms() == quota.terms()) {
                quotas.set(last, tighter(quotas.get(last), quota));
            } else {
                quotas.add(quota);
            }
        }
        return new LimitDecision(
                decision.admitted(), quotas, decision.delayMicros(), decision.source(), decision.permit());
    }

    private static Quota tighter(Quota one, Quota other) {
        return new Quota(
                one.terms(),
                Math.min(one.remaining(), other.remaining()),
                Math.max(one.waitMicros(), other.waitMicros()),
                one.exceeded() || other.exceeded());
    }
}
