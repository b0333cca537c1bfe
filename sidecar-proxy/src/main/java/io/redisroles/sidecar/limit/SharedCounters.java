package io.redisroles.sidecar.limit;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Counters that all sidecars share. Time is theirs: every reply tells times as waits from the moment of decision. */
public interface SharedCounters {
    /** How many charges the asks of one call may have in all. */
    int MAX_CHARGES = 64;

    /**
     * Decides asks one after the other, in one call; nobody else's come between them.
     *
     * @param asks at least one, with at most {@value #MAX_CHARGES} charges in all
     * @return one reply for each ask, in order, each of the type that its ask names; fails with
     *     {@link io.redisroles.sidecar.redis.StoreUnavailableException} if it is not known what was decided. May complete on any
     *     thread
     */
    CompletionStage<List<Reply>> decide(List<Ask> asks);
}
