package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.processing.event.EventSourceRetriever;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.List;
import java.util.Optional;

/**
 * What the informers of one controller know. Objects without our labels are not among it.
 *
 * @param sources the controller's event sources: one informer for each kind
 * @param <P> the controller's resource
 */
record Caches<P extends HasMetadata>(EventSourceRetriever<P> sources) {
    <R extends HasMetadata> Optional<R> find(Class<R> kind, String namespace, String name) {
        return informer(kind).get(new ResourceID(name, namespace));
    }

    <R extends HasMetadata> List<R> list(Class<R> kind, String namespace) {
        return informer(kind).list(namespace, any -> true).toList();
    }

    /** Lets the next reconcile see what this one wrote, before the watch tells of it. */
    <R extends HasMetadata> void wrote(Class<R> kind, Optional<R> before, R after) {
        ResourceID id = ResourceID.fromResource(after);
        before.ifPresentOrElse(
                known -> informer(kind).handleRecentResourceUpdate(id, after, known),
                () -> informer(kind).handleRecentResourceCreate(id, after));
    }

    private <R extends HasMetadata> InformerEventSource<R, P> informer(Class<R> kind) {
        return (InformerEventSource<R, P>) sources.<R>getEventSourceFor(kind);
    }
}
