package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.redisroles.api.v1alpha1.Condition;
import io.redisroles.operator.status.Transitions;
import java.net.HttpURLConnection;
import java.util.List;

/** Writes a status that changed, and the Events that the change is worth. */
final class StatusWriter {
    private static final PatchContext FORCED = new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager(ResourceApplier.FIELD_MANAGER)
            .withForce(true)
            .build();

    private final EventRecorder events;

    StatusWriter(EventRecorder events) {
        this.events = events;
    }

    /** Tells what happened to a resource beside its conditions. */
    void tell(HasMetadata resource, Transitions.RoleEvent event) {
        events.record(resource, List.of(event));
    }

    /**
     * Writes by server-side apply.
     *
     * @param resource as the cache has it
     * @param fresh a new object with nothing but the status
     */
    <P extends HasMetadata> void write(
            P resource, P fresh, List<Condition> before, List<Condition> after, Context<P> context) {
        fresh.setMetadata(new ObjectMetaBuilder()
                .withName(resource.getMetadata().getName())
                .withNamespace(resource.getMetadata().getNamespace())
                .withUid(resource.getMetadata().getUid())
                .build());
        try {
            P written =
                    context.getClient().resource(fresh).subresource("status").patch(FORCED);
            context.eventSourceRetriever()
                    .getControllerEventSource()
                    .handleRecentResourceUpdate(ResourceID.fromResource(resource), written, resource);
        } catch (KubernetesClientException e) {
            // Deleted, perhaps made anew under the same name, since the cache saw it: nobody is left to tell.
            if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND || e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                return;
            }
            throw e;
        }
        events.record(resource, Transitions.between(before, after));
    }
}
