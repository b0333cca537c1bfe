package io.redisroles.sidecar.limit;

import io.redisroles.contract.OnStoreFailure;
import io.redisroles.sidecar.redis.StoreUnavailableException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Decides by each limit's {@code onStoreFailure} while the shared limiter has no answer; the only class that knows of it. */
public final class FallbackRateLimiter implements RateLimiter {
    private final RateLimiter shared;
    private final LocalRateLimiter local;

    public FallbackRateLimiter(RateLimiter shared, LocalRateLimiter local) {
        this.shared = shared;
        this.local = local;
    }

    @Override
    public CompletionStage<LimitDecision> acquire(List<Charge> charges) {
        return shared.acquire(charges).exceptionally(failure -> withoutStore(charges, failure));
    }

    @Override
    public boolean hasRefusals() {
        return shared.hasRefusals();
    }

    @Override
    public Optional<LimitDecision> refusal(List<Charge> charges) {
        return shared.refusal(charges);
    }

    private LimitDecision withoutStore(List<Charge> charges, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (!(cause instanceof StoreUnavailableException) || charges.stream().anyMatch(FallbackRateLimiter::denies)) {
            throw new CompletionException(cause);
        }
        List<Charge> decidedHere = charges.stream()
                .filter(charge -> charge.limit().onStoreFailure() == OnStoreFailure.LOCAL)
                .toList();
        return local.decide(decidedHere);
    }

    /** A shadow limit refuses nobody, not even where nobody knows how it stands. */
    private static boolean denies(Charge charge) {
        return charge.limit().onStoreFailure() == OnStoreFailure.DENY
                && charge.terms().isEnforced();
    }
}
