package io.redisroles.operator.status;

import io.redisroles.operator.plan.ClientDemand;
import io.redisroles.operator.plan.MemoryStep;

/**
 * Why a part of the spec is not carried out, or not yet.
 *
 * @param reason of the condition ConfigApplied
 * @param message for people
 */
public record Hindrance(ConditionReason reason, String message) {
    /** Why clients are let in without a certificate for now. */
    public static Hindrance of(ClientDemand.Wait wait) {
        return new Hindrance(ConditionReason.HANDING_OUT, wait.message());
    }

    /** Why memory waits. */
    public static Hindrance of(MemoryStep.Held held) {
        return new Hindrance(held.refused() ? ConditionReason.MEMORY_IN_USE : ConditionReason.RESIZING, held.message());
    }
}
