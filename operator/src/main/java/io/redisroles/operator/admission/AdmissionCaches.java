package io.redisroles.operator.admission;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceSpecBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.operator.desired.Labels;
import io.redisroles.operator.injection.Neighbourhood;
import io.redisroles.operator.plan.NamespacePlans;
import io.redisroles.operator.plan.PlanSettings;
import io.redisroles.operator.plan.PolicyTarget;
import io.redisroles.operator.plan.RoleNames;
import io.redisroles.operator.plan.RolePlanner;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a decision needs to know, watched; of its own, because every replica of the operator decides, not only the one that
 * reconciles.
 */
final class AdmissionCaches implements AutoCloseable {
    private final KubernetesClient client;
    private final RolePlanner planner;
    private final List<SharedIndexInformer<RedisRole>> roles;
    private final List<SharedIndexInformer<AccessPolicy>> policies;
    private final List<SharedIndexInformer<Service>> services;
    private final List<SharedIndexInformer<ConfigMap>> configurations;

    /** Returns when all caches are filled. */
    AdmissionCaches(KubernetesClient client, PlanSettings plan, Set<String> namespaces) {
        this.client = client;
        this.planner = new RolePlanner(plan);
        this.roles = inform(client.resources(RedisRole.class), namespaces, all -> all, role -> role.setStatus(null));
        this.services = inform(client.services(), namespaces, all -> all, AdmissionCaches::trim);
        this.configurations = inform(
                client.configMaps(),
                namespaces,
                all -> all.withLabel(Labels.MANAGED_BY, Labels.OPERATOR).withLabel(Labels.POLICY),
                configuration -> configuration.setData(null));
        this.policies = inform(client.resources(AccessPolicy.class), namespaces, all -> all, policy -> {});
    }

    /** The roles and policies of a namespace. */
    NamespacePlans plans(String namespace) {
        return new NamespacePlans(planner, of(roles, namespace), of(policies, namespace));
    }

    /** What a namespace says of a pod, as far as was heard. */
    Neighbourhood neighbourhood(String namespace, Pod pod) {
        return isSelected(pod, of(policies, namespace))
                ? neighbourhood(plans(namespace), pod, of(configurations, namespace), of(services, namespace))
                : Neighbourhood.NONE;
    }

    /** What a namespace says of a pod now: asked of the API server, which may take some milliseconds. */
    Neighbourhood asked(String namespace, Pod pod) {
        List<AccessPolicy> present = client.resources(AccessPolicy.class)
                .inNamespace(namespace)
                .list()
                .getItems();
        if (!isSelected(pod, present)) {
            return Neighbourhood.NONE;
        }
        List<RedisRole> roles =
                client.resources(RedisRole.class).inNamespace(namespace).list().getItems();
        return neighbourhood(
                new NamespacePlans(planner, roles, present),
                pod,
                client.configMaps()
                        .inNamespace(namespace)
                        .withLabel(Labels.MANAGED_BY, Labels.OPERATOR)
                        .withLabel(Labels.POLICY)
                        .list()
                        .getItems(),
                client.services().inNamespace(namespace).list().getItems());
    }

    /** Most pods are nobody's, and for them nothing has to be planned. */
    private static boolean isSelected(Pod pod, List<AccessPolicy> policies) {
        return policies.stream().anyMatch(policy -> NamespacePlans.selects(policy, pod));
    }

    private static Neighbourhood neighbourhood(
            NamespacePlans plans, Pod pod, List<ConfigMap> configurations, List<Service> services) {
        Set<String> written =
                configurations.stream().map(map -> map.getMetadata().getName()).collect(Collectors.toSet());
        return new Neighbourhood(
                plans.targetsOf(pod).stream()
                        .map(policy -> startable(policy, written))
                        .toList(),
                services);
    }

    boolean isHealthy() {
        return Stream.of(roles, policies, services, configurations)
                .flatMap(List::stream)
                .allMatch(SharedIndexInformer::isRunning);
    }

    @Override
    public void close() {
        Stream.of(roles, policies, services, configurations)
                .flatMap(List::stream)
                .forEach(SharedIndexInformer::stop);
    }

    /** Sidecars of a policy that was accepted before start with what was written then. */
    private static PolicyTarget startable(PolicyTarget policy, Set<String> written) {
        return written.contains(RoleNames.policyObjects(policy.name())) ? policy.withLastGood() : policy;
    }

    private static <T> List<T> of(List<SharedIndexInformer<T>> informers, String namespace) {
        return informers.stream()
                .flatMap(informer -> informer.getIndexer().byIndex(Cache.NAMESPACE_INDEX, namespace).stream())
                .toList();
    }

    /** Of everybody's Services only what names ports: who is selected, and how the ports are called. */
    private static void trim(Service service) {
        service.setMetadata(new ObjectMetaBuilder()
                .withNamespace(service.getMetadata().getNamespace())
                .withName(service.getMetadata().getName())
                .withResourceVersion(service.getMetadata().getResourceVersion())
                .build());
        service.setSpec(new ServiceSpecBuilder()
                .withSelector(service.getSpec().getSelector())
                .withPorts(service.getSpec().getPorts())
                .build());
        service.setStatus(null);
    }

    private static <T extends HasMetadata, L extends KubernetesResourceList<T>, R extends Resource<T>>
            List<SharedIndexInformer<T>> inform(
                    MixedOperation<T, L, R> operation,
                    Set<String> namespaces,
                    UnaryOperator<FilterWatchListDeletable<T, L, R>> filter,
                    Consumer<T> trim) {
        return namespaces.isEmpty()
                ? List.of(started(filter.apply(operation.inAnyNamespace()), trim))
                : namespaces.stream()
                        .map(namespace -> started(filter.apply(operation.inNamespace(namespace)), trim))
                        .toList();
    }

    private static <T extends HasMetadata> SharedIndexInformer<T> started(Informable<T> objects, Consumer<T> trim) {
        return objects.runnableInformer(0).itemStore(new TrimmedStore<>(trim)).run();
    }

    /** Holds of each object only what is needed here. */
    private static final class TrimmedStore<T extends HasMetadata> extends BasicItemStore<T> {
        private final Consumer<T> trim;

        TrimmedStore(Consumer<T> trim) {
            super(Cache::metaNamespaceKeyFunc);
            this.trim = trim;
        }

        @Override
        public T put(String key, T object) {
            trim.accept(object);
            return super.put(key, object);
        }
    }
}
