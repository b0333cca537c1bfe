package io.redisroles.sidecar.limit;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Limits shared by all sidecars: one call of the shared counters for each request. */
public final class RedisRateLimiter implements RateLimiter {
    private final SharedCounters counters;

    public RedisRateLimiter(SharedCounters counters) {
        this.counters = counters;
    }

    @Override
    public CompletionStage<LimitDecision> acquire(List<Charge> charges) {
        return counters.decide(List.of(new Ask.Debit(charges))).thenApply(replies -> (LimitDecision) replies.get(0));
    }
}
