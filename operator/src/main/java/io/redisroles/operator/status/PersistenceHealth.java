package io.redisroles.operator.status;

import io.redisroles.api.v1alpha1.Fsync;
import io.redisroles.api.v1alpha1.RedisRoleStatus;
import io.redisroles.operator.plan.RedisDirectives;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.redis.RedisFacts;
import java.util.Optional;

/** Whether what a role acknowledges outlives its process. */
final class PersistenceHealth {
    private PersistenceHealth() {}

    static void addTo(Conditions conditions, RedisRoleStatus previous, RolePlan plan, ObservedRole observed) {
        Optional<RedisFacts> facts = observed.redis().facts();
        VolumeGuard guard =
                VolumeGuard.of(observed.around().volume(), wasNearFull(previous, plan, observed.around()), facts);
        if (facts.isEmpty()) {
            unasked(conditions, plan, guard, observed.around().exit());
        } else if (!facts.get().aofEnabled()) {
            isFalse(conditions, ConditionReason.AOF_DISABLED, "the append-only file is off");
        } else if (!facts.get().aofWriteOk()) {
            isFalse(
                    conditions,
                    ConditionReason.AOF_WRITE_FAILING,
                    "the last write to the append-only file failed: look at the volume's space");
        } else if (guard.nearFull()) {
            isFalse(conditions, ConditionReason.VOLUME_NEAR_FULL, guard.message(plan));
        } else {
            written(conditions, facts.get());
        }
    }

    /** What clients may do says it where they are kept from writing; else what was said last. */
    private static boolean wasNearFull(RedisRoleStatus previous, RolePlan plan, Surroundings around) {
        return plan.fsync() == Fsync.ALWAYS
                ? around.volumeNearFull()
                : Conditions.find(previous.conditions(), ConditionType.PERSISTENCE_HEALTHY)
                        .filter(known -> known.reason().equals(ConditionReason.VOLUME_NEAR_FULL.text()))
                        .isPresent();
    }

    /** A server that does not start has said why. */
    private static void unasked(Conditions conditions, RolePlan plan, VolumeGuard guard, Optional<RedisExit> exit) {
        Optional<RedisExit.Cause> cause = exit.map(RedisExit::cause);
        if (cause.filter(RedisExit.Cause.AOF_UNREADABLE::equals).isPresent()) {
            isFalse(
                    conditions,
                    ConditionReason.AOF_CORRUPT,
                    "Redis does not start on a damaged append-only file, and nothing of it is dropped without you: restore"
                            + " a copy of the volume, or repair the file as in docs/operations.md; it said: "
                            + exit.get().words());
        } else if (cause.filter(RedisExit.Cause.AOF_UNWRITABLE::equals).isPresent()) {
            isFalse(
                    conditions,
                    ConditionReason.AOF_WRITE_FAILING,
                    "Redis ended rather than acknowledge what it could not write: raise spec.persistence.storage.size;"
                            + " it said: " + exit.get().words());
        } else if (guard.nearFull()) {
            isFalse(conditions, ConditionReason.VOLUME_NEAR_FULL, guard.message(plan));
        } else {
            conditions.isUnknown(
                    ConditionType.PERSISTENCE_HEALTHY, ConditionReason.UNKNOWN, "Redis has not been asked");
        }
    }

    private static void written(Conditions conditions, RedisFacts facts) {
        String note = facts.config().getOrDefault(RedisDirectives.START_NOTE, "");
        if (note.startsWith(RedisDirectives.TRUNCATED)) {
            conditions.isTrue(
                    ConditionType.PERSISTENCE_HEALTHY,
                    ConditionReason.AOF_TRUNCATED,
                    "the append-only file is written; its last " + note.substring(RedisDirectives.TRUNCATED.length())
                            + " bytes were a command that had been cut off, and were dropped at the last start");
        } else {
            conditions.isTrue(
                    ConditionType.PERSISTENCE_HEALTHY, ConditionReason.HEALTHY, "the append-only file is written");
        }
    }

    private static void isFalse(Conditions conditions, ConditionReason reason, String message) {
        conditions.isFalse(ConditionType.PERSISTENCE_HEALTHY, reason, message);
    }
}
