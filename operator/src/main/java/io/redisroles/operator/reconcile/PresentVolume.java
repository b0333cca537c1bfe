package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimCondition;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.redisroles.operator.desired.RedisSecrets;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.redis.RedisFacts;
import io.redisroles.operator.status.ConditionReason;
import io.redisroles.operator.status.Hindrance;
import io.redisroles.operator.status.VolumeGuard;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The volume of a role, and what was done because of it.
 *
 * @param claim of it
 * @param withheld whether the users as they are written may not write
 */
record PresentVolume(Optional<PersistentVolumeClaim> claim, boolean withheld) {
    /** As the caches have it. */
    static PresentVolume of(RolePlan plan, Caches<?> caches) {
        return new PresentVolume(
                caches.find(
                        PersistentVolumeClaim.class,
                        plan.namespace(),
                        plan.names().volumeClaim()),
                withholds(plan, caches));
    }

    /** Whether the users of a role, as they are written, may not write. */
    static boolean withholds(RolePlan plan, Caches<?> caches) {
        return caches.find(Secret.class, plan.namespace(), plan.names().aclSecret())
                .filter(RedisSecrets::withholdsWrites)
                .isPresent();
    }

    /** What it has, bytes; what was asked for counts only before there is a volume. */
    Optional<Long> size() {
        return claim.map(known -> Optional.ofNullable(known.getStatus())
                        .flatMap(status -> Optional.ofNullable(status.getCapacity()))
                        .flatMap(capacity -> Optional.ofNullable(capacity.get("storage")))
                        .orElseGet(() ->
                                known.getSpec().getResources().getRequests().get("storage")))
                .map(quantity -> Quantity.getAmountInBytes(quantity).longValue());
    }

    /** Why it has not yet the size that was asked for. */
    Optional<Hindrance> resizing() {
        return claim.filter(known -> known.getStatus() != null
                        && known.getStatus().getCapacity() != null
                        && known.getStatus().getCapacity().containsKey("storage"))
                .filter(known -> requested(known).compareTo(capacity(known)) > 0)
                .map(PresentVolume::resizing);
    }

    private static Hindrance resizing(PersistentVolumeClaim claim) {
        String sizes = "the volume has " + claim.getStatus().getCapacity().get("storage") + " of the "
                + claim.getSpec().getResources().getRequests().get("storage") + " that were asked for: ";
        String state = Optional.ofNullable(claim.getStatus().getAllocatedResourceStatuses())
                .map((Map<String, String> states) -> states.get("storage"))
                .orElse("");
        Optional<PersistentVolumeClaimCondition> failure =
                condition(claim, "ControllerResizeError").or(() -> condition(claim, "NodeResizeError"));
        if (failure.isPresent() || state.endsWith("Infeasible")) {
            return new Hindrance(
                    ConditionReason.VOLUME_RESIZE_FAILED,
                    sizes + failure.map(PresentVolume::words).orElse(state)
                            + "; it goes on with what it has, and the driver tries again");
        }
        return new Hindrance(
                ConditionReason.VOLUME_RESIZING,
                sizes
                        + condition(claim, "FileSystemResizePending")
                                .map(pending -> "its node grows the file system next")
                                .or(() -> condition(claim, "Resizing").map(resizing -> "its driver is growing it"))
                                .orElse("its driver has not begun"));
    }

    private static String words(PersistentVolumeClaimCondition condition) {
        return Optional.ofNullable(condition.getMessage()).orElse(condition.getType());
    }

    private static Optional<PersistentVolumeClaimCondition> condition(PersistentVolumeClaim claim, String type) {
        return claim.getStatus().getConditions().stream()
                .filter(condition -> condition.getType().equals(type)
                        && condition.getStatus().equals("True"))
                .findFirst();
    }

    private static BigDecimal requested(PersistentVolumeClaim claim) {
        return Quantity.getAmountInBytes(Objects.requireNonNull(
                claim.getSpec().getResources().getRequests().get("storage")));
    }

    private static BigDecimal capacity(PersistentVolumeClaim claim) {
        return Quantity.getAmountInBytes(
                Objects.requireNonNull(claim.getStatus().getCapacity().get("storage")));
    }

    /** The plan, in which clients may not write while the volume is nearly full. */
    RolePlan guarding(RolePlan plan, Optional<RedisFacts> facts) {
        return VolumeGuard.of(size(), withheld, facts).withholdsWrites(plan) ? plan.withoutWrites() : plan;
    }
}
