package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.redisroles.operator.plan.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What of a desired volume claim can be applied to the one that is there: its class never changes and it only grows.
 *
 * @param claim to apply
 * @param warnings what was not applied
 */
record VolumeGrowth(PersistentVolumeClaim claim, List<Problem> warnings) {
    private static final String STORAGE = "spec.persistence.storage";

    static VolumeGrowth of(PersistentVolumeClaim desired, PersistentVolumeClaim actual) {
        List<Problem> warnings = new ArrayList<>();
        PersistentVolumeClaimBuilder claim = new PersistentVolumeClaimBuilder(desired);
        Quantity wished = size(desired);
        Quantity present = size(actual);
        if (wished.getNumericalAmount().compareTo(present.getNumericalAmount()) < 0) {
            warnings.add(new Problem(
                    STORAGE + ".size",
                    wished + " is less than the volume's " + present + ", and a volume never shrinks: write "
                            + present));
            claim.editSpec()
                    .editResources()
                    .withRequests(Map.of("storage", present))
                    .endResources()
                    .endSpec();
        }
        String wishedClass = desired.getSpec().getStorageClassName();
        String presentClass = actual.getSpec().getStorageClassName();
        if (wishedClass != null && !Objects.equals(wishedClass, presentClass)) {
            warnings.add(new Problem(
                    STORAGE + ".storageClassName",
                    wishedClass + " is not the volume's " + presentClass + ", and a volume never changes its class"));
            claim.editSpec().withStorageClassName(presentClass).endSpec();
        }
        return new VolumeGrowth(claim.build(), List.copyOf(warnings));
    }

    private static Quantity size(PersistentVolumeClaim claim) {
        return Objects.requireNonNull(
                claim.getSpec().getResources().getRequests().get("storage"), "the API server refuses a claim without");
    }
}
