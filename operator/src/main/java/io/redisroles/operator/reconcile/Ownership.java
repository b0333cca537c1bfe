package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.redisroles.operator.desired.Labels;
import java.util.Map;
import java.util.Optional;

/**
 * Which objects a resource may write.
 *
 * @param uid of the resource
 */
record Ownership(String uid) {
    static Ownership of(HasMetadata owner) {
        return new Ownership(owner.getMetadata().getUid());
    }

    /**
     * Whether {@code actual} is ours: we control it, or it is a volume that nobody controls and that a role of this name and
     * kind left behind.
     */
    boolean covers(HasMetadata desired, HasMetadata actual) {
        return controller(actual)
                .map(owner -> owner.getUid().equals(uid))
                .orElseGet(() -> actual instanceof PersistentVolumeClaim && sameRole(desired, actual));
    }

    boolean controls(HasMetadata actual) {
        return controller(actual).filter(owner -> owner.getUid().equals(uid)).isPresent();
    }

    private static Optional<OwnerReference> controller(HasMetadata actual) {
        return actual.getMetadata().getOwnerReferences().stream()
                .filter(owner -> Boolean.TRUE.equals(owner.getController()))
                .findFirst();
    }

    private static boolean sameRole(HasMetadata desired, HasMetadata actual) {
        return sameLabel(desired, actual, Labels.ROLE_NAME) && sameLabel(desired, actual, Labels.ROLE);
    }

    private static boolean sameLabel(HasMetadata desired, HasMetadata actual, String label) {
        String wished = desired.getMetadata().getLabels().get(label);
        Map<String, String> labels =
                Optional.ofNullable(actual.getMetadata().getLabels()).orElse(Map.of());
        return wished != null && wished.equals(labels.get(label));
    }
}
