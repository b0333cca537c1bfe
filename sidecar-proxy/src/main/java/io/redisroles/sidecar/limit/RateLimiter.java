package io.redisroles.sidecar.limit;

import java.util.List;
import java.util.Optional;
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

    /** Whether {@link #refusal} may know anything; so that charges need not be made in vain. */
    default boolean hasRefusals() {
        return false;
    }

    /** The refusal of {@link #acquire}, if it is known without asking Redis that it would refuse. */
    default Optional<LimitDecision> refusal(List<Charge> charges) {
        return Optional.empty();
    }
}
