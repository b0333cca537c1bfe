package io.redisroles.sidecar.redis;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The answer to one call, as a stage. */
final class StageReply extends CompletableFuture<List<Object>> implements Reply {
    @Override
    public void answered(List<Object> values) {
        complete(values);
    }

    @Override
    public void failed(StoreUnavailableException failure) {
        completeExceptionally(failure);
    }
}
