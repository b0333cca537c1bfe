package io.redisroles.sidecar.limit;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Decides all limits of one request: all admit and are debited, or none is. */
public interface RateLimiter {
    /**
     * Decides.
     *
     * @param charges at least one
     * @return fails with {@link io.redisroles.sidecar.redis.StoreUnavailableException} if it could not be decided; the stage
     *     may complete on any thread
     */
    CompletionStage<LimitDecision> acquire(List<Charge> charges);
}
