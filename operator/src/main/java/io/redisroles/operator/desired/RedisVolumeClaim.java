package io.redisroles.operator.desired;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.redisroles.api.v1alpha1.ReclaimPolicy;
import io.redisroles.operator.plan.Bytes;
import io.redisroles.operator.plan.RolePlan;
import java.util.Map;

/**
 * The volume of the append-only file, as an object of its own rather than a template of the StatefulSet: it can then grow by a
 * patch, and outlive its role simply by having no owner.
 */
final class RedisVolumeClaim {
    private RedisVolumeClaim() {}

    static PersistentVolumeClaim desired(RolePlan plan) {
        String name = plan.names().volumeClaim();
        return new PersistentVolumeClaimBuilder()
                .withMetadata(
                        plan.storage().reclaimPolicy() == ReclaimPolicy.DELETE
                                ? Metadata.owned(plan, name)
                                : Metadata.outliving(plan, name))
                .withNewSpec()
                .withAccessModes("ReadWriteOnce")
                .withStorageClassName(plan.storage().storageClassName().orElse(null))
                .withNewResources()
                .withRequests(Map.of("storage", Bytes.quantity(plan.storage().size())))
                .endResources()
                .endSpec()
                .build();
    }
}
