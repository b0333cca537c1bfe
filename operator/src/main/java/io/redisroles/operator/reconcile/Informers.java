package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.operator.desired.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What wakes the controllers. Each has informers of its own, synced before its first reconcile: a role that is planned before
 * the policies are known would lose their users. Children are selected by label, so that nobody else's Secrets are held.
 */
final class Informers {
    /** The kinds of a role's children. */
    static final List<Class<? extends HasMetadata>> ROLE_CHILDREN = List.of(
            Secret.class,
            ConfigMap.class,
            PersistentVolumeClaim.class,
            Service.class,
            NetworkPolicy.class,
            PodDisruptionBudget.class,
            StatefulSet.class);

    /** The kinds of a policy's children. */
    static final List<Class<? extends HasMetadata>> POLICY_CHILDREN = List.of(Secret.class, ConfigMap.class);

    private static final String OURS = Labels.MANAGED_BY + "=" + Labels.OPERATOR;

    private Informers() {}

    static List<EventSource<?, RedisRole>> ofRoles(EventSourceContext<RedisRole> context, Duty duty) {
        List<EventSource<?, RedisRole>> sources = new ArrayList<>();
        for (Class<? extends HasMetadata> kind : ROLE_CHILDREN) {
            sources.add(children(kind, OURS + "," + Labels.ROLE_NAME, context, duty, Informers::roleOf));
        }
        sources.add(children(Pod.class, OURS + "," + Labels.ROLE_NAME, context, duty, Informers::roleOf));
        // Every role, not only those that the policy names now: the one that it no longer names must lose its user.
        sources.add(peers(AccessPolicy.class, context, duty, Informers::generationDiffers));
        return sources;
    }

    static List<EventSource<?, AccessPolicy>> ofPolicies(EventSourceContext<AccessPolicy> context, Duty duty) {
        List<EventSource<?, AccessPolicy>> sources = new ArrayList<>();
        sources.add(children(ConfigMap.class, OURS + "," + Labels.POLICY, context, duty, Informers::policyOf));
        sources.add(children(NetworkPolicy.class, OURS + "," + Labels.POLICY, context, duty, Informers::policyOf));
        // Pods with a sidecar. Whose pods they are besides, if two policies select them, each policy asks for itself.
        sources.add(children(Pod.class, Labels.POLICY, context, duty, Informers::policyOf));
        // Roles' Secrets too: a policy's password is in its role's credentials.
        sources.add(children(
                Secret.class,
                OURS,
                context,
                duty,
                secret -> isOfRole(secret) ? all(context, secret) : policyOf(secret)));
        sources.add(peers(RedisRole.class, context, duty, (now, before) -> !Objects.equals(now, before)));
        return sources;
    }

    private static <R extends HasMetadata, P extends HasMetadata> EventSource<R, P> children(
            Class<R> kind,
            String selector,
            EventSourceContext<P> context,
            Duty duty,
            Function<R, Set<ResourceID>> parents) {
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(kind, context.getPrimaryResourceClass())
                        .withName(kind.getSimpleName())
                        .withLabelSelector(selector)
                        .withNamespacesInheritedFromController()
                        .withSecondaryToPrimaryMapper(child -> within(duty, child, parents))
                        .build(),
                context);
    }

    /** Whether a change of a peer is worth a reconcile. */
    private interface Worth<R> {
        boolean changed(R now, R before);
    }

    private static <R extends HasMetadata, P extends HasMetadata> EventSource<R, P> peers(
            Class<R> kind, EventSourceContext<P> context, Duty duty, Worth<R> worth) {
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(kind, context.getPrimaryResourceClass())
                        .withName(kind.getSimpleName())
                        .withNamespacesInheritedFromController()
                        .withOnUpdateFilter(worth::changed)
                        .withSecondaryToPrimaryMapper(peer -> within(duty, peer, known -> all(context, known)))
                        .build(),
                context);
    }

    /** What happens in the namespaces of other operators wakes nobody here. */
    private static <R extends HasMetadata> Set<ResourceID> within(
            Duty duty, R resource, Function<R, Set<ResourceID>> parents) {
        return duty.isIn(resource.getMetadata().getNamespace()) ? parents.apply(resource) : Set.of();
    }

    private static boolean generationDiffers(AccessPolicy now, AccessPolicy before) {
        return !Objects.equals(
                        now.getMetadata().getGeneration(), before.getMetadata().getGeneration())
                || now.isMarkedForDeletion() != before.isMarkedForDeletion();
    }

    private static <P extends HasMetadata> Set<ResourceID> all(EventSourceContext<P> context, HasMetadata neighbour) {
        return context.getPrimaryCache()
                .list(neighbour.getMetadata().getNamespace(), any -> true)
                .map(ResourceID::fromResource)
                .collect(Collectors.toSet());
    }

    private static boolean isOfRole(HasMetadata child) {
        return label(child, Labels.ROLE_NAME).isPresent();
    }

    /** By owner and by label: a retained volume has no owner, and somebody may have taken the label away. */
    private static Set<ResourceID> roleOf(HasMetadata child) {
        return parents(child, "RedisRole", Labels.ROLE_NAME);
    }

    private static Set<ResourceID> policyOf(HasMetadata child) {
        return parents(child, "AccessPolicy", Labels.POLICY);
    }

    private static Set<ResourceID> parents(HasMetadata child, String kind, String label) {
        Stream<String> owners = child.getMetadata().getOwnerReferences().stream()
                .filter(owner -> owner.getKind().equals(kind))
                .map(owner -> owner.getName());
        return Stream.concat(owners, label(child, label).stream())
                .map(name -> new ResourceID(name, child.getMetadata().getNamespace()))
                .collect(Collectors.toSet());
    }

    private static Optional<String> label(HasMetadata child, String label) {
        return Optional.ofNullable(child.getMetadata().getLabels())
                .map((Map<String, String> labels) -> labels.get(label));
    }
}
