package io.redisroles.operator.status;

import io.redisroles.api.v1alpha1.Fsync;
import io.redisroles.operator.plan.Bytes;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.plan.VolumeEstimate;
import io.redisroles.operator.redis.RedisFacts;
import java.util.Optional;

/**
 * Keeps a volume from filling. A Redis that must have every acknowledged write on disk ends when it cannot write, so before that its
 * clients may no longer write.
 *
 * @param estimate of what the append-only file may need; empty if nobody knows
 * @param nearFull whether it may soon need more than there is
 */
public record VolumeGuard(Optional<VolumeEstimate> estimate, boolean nearFull) {
    /** Nothing is known of a volume. */
    public static final VolumeGuard NONE = new VolumeGuard(Optional.empty(), false);

    /**
     * The guard.
     *
     * @param volume its size, bytes, if it is known
     * @param was whether it was near full
     */
    public static VolumeGuard of(Optional<Long> volume, boolean was, Optional<RedisFacts> facts) {
        Optional<VolumeEstimate> estimate = facts.flatMap(known -> volume.map(
                size -> new VolumeEstimate(known.load().aofSize(), known.load().dataset(), size)));
        return new VolumeGuard(
                estimate, estimate.map(known -> known.isNearFull(was)).orElse(was));
    }

    /** Whether clients may not write. */
    public boolean withholdsWrites(RolePlan plan) {
        return nearFull && plan.fsync() == Fsync.ALWAYS;
    }

    String message(RolePlan plan) {
        String size = estimate.map(known -> " of " + Bytes.text(known.volume())).orElse("");
        return "the append-only file and its next rewrite may need more than 90 %" + size
                + " of the volume: raise spec.persistence.storage.size"
                + (plan.fsync() == Fsync.ALWAYS
                        ? "; until then clients may read and not write, because Redis ends when a write that it must have on"
                                + " disk fails"
                        : "");
    }
}
