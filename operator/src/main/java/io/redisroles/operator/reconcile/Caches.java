package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.processing.event.EventSourceRetriever;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.ManagedInformerEventSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the informers of one controller know. Objects without our labels are not among it.
 *
 * @param sources the controller's event sources: one informer for each kind
 * @param <P> the controller's resource
 */
record Caches<P extends HasMetadata>(EventSourceRetriever<P> sources) {
    <R extends HasMetadata> Optional<R> find(Class<R> kind, String namespace, String name) {
        return whileRunning(informer(kind), cache -> cache.get(new ResourceID(name, namespace)));
    }

    <R extends HasMetadata> List<R> list(Class<R> kind, String namespace) {
        return whileRunning(
                informer(kind), cache -> cache.list(namespace, any -> true).toList());
    }

    /** The controller's own resources of a namespace. */
    List<P> primaries(String namespace) {
        return whileRunning(
                sources.getControllerEventSource(),
                cache -> cache.list(namespace, any -> true).toList());
    }

    /** Lets the next reconcile see what this one wrote, before the watch tells of it. */
    <R extends HasMetadata> void wrote(Class<R> kind, Optional<R> before, R after) {
        ResourceID id = ResourceID.fromResource(after);
        before.ifPresentOrElse(
                known -> informer(kind).handleRecentResourceUpdate(id, after, known),
                () -> informer(kind).handleRecentResourceCreate(id, after));
    }

    /** A cache that has been stopped is empty, and a reconcile that believed it would take users and pods for gone. */
    private static <S extends ManagedInformerEventSource<?, ?, ?>, T> T whileRunning(S cache, Function<S, T> read) {
        T found = read.apply(cache);
        if (!cache.isRunning()) {
            throw new IllegalStateException("the operator is stopping");
        }
        return found;
    }

    private <R extends HasMetadata> InformerEventSource<R, P> informer(Class<R> kind) {
        return (InformerEventSource<R, P>) sources.<R>getEventSourceFor(kind);
    }
}
