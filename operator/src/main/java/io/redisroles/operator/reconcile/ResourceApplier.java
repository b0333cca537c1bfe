package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.redisroles.operator.plan.Problem;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Optional;

/**
 * Makes children as they are desired, by server-side apply, and only where they are not. What is not ours is never written.
 *
 * @param client to write with
 * @param caches to compare with
 * @param ownership of the resource whose children they are
 */
record ResourceApplier(KubernetesClient client, Caches<?> caches, Ownership ownership) {
    /** Owns the fields that we set. */
    static final String FIELD_MANAGER = "redis-roles-operator";

    private static final int UNPROCESSABLE = 422;

    Applied apply(List<HasMetadata> desired) {
        return Applied.all(desired.stream().map(this::apply).toList());
    }

    /** The object of that kind and name if it is ours, from the cache or else from the API: it may lack our labels. */
    <R extends HasMetadata> Optional<R> ours(R desired) {
        return current(desired).filter(actual -> ownership.covers(desired, actual));
    }

    /** Whether there is an object of that kind and name, ours or not. */
    <R extends HasMetadata> boolean exists(R desired) {
        return current(desired).isPresent();
    }

    private <R extends HasMetadata> Applied apply(R desired) {
        Optional<R> actual = current(desired);
        if (actual.isEmpty()) {
            return create(desired);
        }
        if (!ownership.covers(desired, actual.get())) {
            return Applied.conflict(name(desired));
        }
        if (desired instanceof PersistentVolumeClaim claim && actual.get() instanceof PersistentVolumeClaim present) {
            VolumeGrowth growth = VolumeGrowth.of(claim, present);
            return Applied.warned(growth.warnings()).and(grow(growth.claim(), present));
        }
        return replace(desired, actual.get());
    }

    /** Not forced: if somebody else was faster, their object stays theirs. */
    private <R extends HasMetadata> Applied create(R desired) {
        return write(
                desired,
                () -> client.resource(wish(desired).object())
                        .fieldManager(FIELD_MANAGER)
                        .serverSideApply());
    }

    private <R extends HasMetadata> Applied replace(R desired, R actual) {
        Wish<R> wish = wish(desired);
        if (wish.isMetBy(actual)) {
            return Applied.NOTHING;
        }
        return write(desired, () -> {
            R mended = wish.withLists(actual);
            R applied = force(
                    wish,
                    mended.equals(actual) ? actual : client.resource(mended).update());
            // Applying keeps the items of keyed lists that others own.
            return wish.isMetBy(applied)
                    ? applied
                    : client.resource(wish.withLists(applied)).update();
        });
    }

    private <R extends HasMetadata> R force(Wish<R> wish, R actual) {
        return client.resource(wish.over(actual))
                .fieldManager(FIELD_MANAGER)
                .forceConflicts()
                .serverSideApply();
    }

    /** A storage class that cannot grow is no reason to leave the rest of the role undone. */
    private Applied grow(PersistentVolumeClaim desired, PersistentVolumeClaim actual) {
        try {
            Applied outcome = replace(desired, actual);
            return outcome.refused().isEmpty() ? outcome : Applied.warned(outcome.refused());
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_FORBIDDEN) {
                throw e;
            }
            return Applied.warned(List.of(new Problem("spec.persistence.storage.size", reason(e))));
        }
    }

    private interface Write<R> {
        R run();
    }

    @SuppressWarnings("unchecked")
    private <R extends HasMetadata> Applied write(R desired, Write<R> write) {
        try {
            Class<R> kind = (Class<R>) desired.getClass();
            Optional<R> before = caches.find(
                    kind,
                    desired.getMetadata().getNamespace(),
                    desired.getMetadata().getName());
            caches.wrote(kind, before, write.run());
            return Applied.written(name(desired));
        } catch (KubernetesClientException e) {
            if (e.getCode() != UNPROCESSABLE) {
                throw e;
            }
            return Applied.refused(new Problem(name(desired), reason(e)));
        }
    }

    @SuppressWarnings("unchecked")
    private <R extends HasMetadata> Optional<R> current(R desired) {
        return caches.find(
                        (Class<R>) desired.getClass(),
                        desired.getMetadata().getNamespace(),
                        desired.getMetadata().getName())
                .or(() -> Optional.ofNullable(client.resource(desired).get()));
    }

    private <R extends HasMetadata> Wish<R> wish(R desired) {
        return new Wish<>(desired, client.getKubernetesSerialization());
    }

    private static String name(HasMetadata child) {
        return child.getKind() + "/" + child.getMetadata().getName();
    }

    private static String reason(KubernetesClientException e) {
        return Optional.ofNullable(e.getStatus())
                .map(status -> status.getMessage())
                .orElseGet(() -> String.valueOf(e.getMessage()));
    }
}
