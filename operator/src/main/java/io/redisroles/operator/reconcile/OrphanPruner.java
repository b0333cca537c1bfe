package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.stream.Stream;

/**
 * Deletes the children that are ours and no longer desired, for example the binding of a consumer that was removed. Volumes
 * are never among them.
 *
 * @param client to delete with
 * @param caches to look in
 * @param ownership of the resource whose children they are
 */
record OrphanPruner(KubernetesClient client, Caches<?> caches, Ownership ownership) {
    /** Returns what it deleted, as {@code Kind/name}. */
    List<String> prune(String namespace, List<Class<? extends HasMetadata>> kinds, List<HasMetadata> desired) {
        return kinds.stream()
                .filter(kind -> kind != PersistentVolumeClaim.class)
                .<HasMetadata>flatMap(kind -> caches.list(kind, namespace).stream())
                .filter(actual -> ownership.controls(actual) && !actual.isMarkedForDeletion())
                .filter(actual -> desired.stream().noneMatch(wish -> isSame(wish, actual)))
                .flatMap(this::delete)
                .toList();
    }

    private Stream<String> delete(HasMetadata actual) {
        try {
            client.resource(actual)
                    .lockResourceVersion(actual.getMetadata().getResourceVersion())
                    .delete();
        } catch (KubernetesClientException e) {
            // It changed since the cache saw it; its event brings us back.
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                return Stream.of();
            }
            throw e;
        }
        return Stream.of(actual.getKind() + "/" + actual.getMetadata().getName());
    }

    private static boolean isSame(HasMetadata wish, HasMetadata actual) {
        return wish.getKind().equals(actual.getKind())
                && wish.getMetadata().getName().equals(actual.getMetadata().getName());
    }
}
