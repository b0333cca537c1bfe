package io.redisroles.sidecar.session;

import io.redisroles.contract.PolicySection;
import java.util.concurrent.CompletionStage;

/** Tells whether a request has a session. */
public interface SessionValidator {
    /**
     * Validates, and counts as activity.
     *
     * @return fails with {@link io.redisroles.sidecar.redis.StoreUnavailableException} if it could not be found out; that is
     *     never an implicit yes. The stage may complete on any thread; what is
     *     known at once comes as a completed {@link java.util.concurrent.CompletableFuture}
     */
    CompletionStage<SessionVerdict> validate(RequestFields request, PolicySection policy);
}
