package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.redisroles.operator.desired.Digest;
import io.redisroles.operator.status.Transitions.RoleEvent;
import java.net.HttpURLConnection;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes Events. Their names are made of what they say, so that one that happens again is counted instead of added. An Event
 * that cannot be written is logged and lost: it must not keep a role from being reconciled.
 */
final class EventRecorder {
    private static final Logger log = LoggerFactory.getLogger(EventRecorder.class);

    private final KubernetesClient client;
    private final InstantSource clock;

    EventRecorder(KubernetesClient client, InstantSource clock) {
        this.client = client;
        this.clock = clock;
    }

    void record(HasMetadata about, List<RoleEvent> events) {
        for (RoleEvent event : events) {
            try {
                record(event(about, event));
            } catch (KubernetesClientException e) {
                log.atWarn()
                        .addKeyValue(LogKeys.RESOURCE, LogKeys.name(about))
                        .addKeyValue(LogKeys.REASON, event.reason())
                        .setCause(e)
                        .log("an Event could not be written");
            }
        }
    }

    private void record(Event event) {
        try {
            client.resource(event).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
            // By its name: by the object, the client would count from what it was given.
            client.v1()
                    .events()
                    .inNamespace(event.getMetadata().getNamespace())
                    .withName(event.getMetadata().getName())
                    .edit(this::again);
        }
    }

    private Event again(Event known) {
        return new EventBuilder(known)
                .withCount(Optional.ofNullable(known.getCount()).orElse(1) + 1)
                .withLastTimestamp(now())
                .build();
    }

    private Event event(HasMetadata about, RoleEvent event) {
        String identity = about.getMetadata().getUid() + event.reason() + event.message();
        return new EventBuilder()
                .withNewMetadata()
                .withNamespace(about.getMetadata().getNamespace())
                .withName(about.getMetadata().getName() + "."
                        + Digest.sha256(identity).substring(0, 16))
                .endMetadata()
                .withNewInvolvedObject()
                .withApiVersion(about.getApiVersion())
                .withKind(about.getKind())
                .withNamespace(about.getMetadata().getNamespace())
                .withName(about.getMetadata().getName())
                .withUid(about.getMetadata().getUid())
                .endInvolvedObject()
                .withType(event.warning() ? "Warning" : "Normal")
                .withReason(event.reason())
                .withMessage(event.message().length() > 1000 ? event.message().substring(0, 1000) : event.message())
                .withNewSource()
                .withComponent("redis-roles-operator")
                .endSource()
                .withFirstTimestamp(now())
                .withLastTimestamp(now())
                .withCount(1)
                .build();
    }

    private String now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
