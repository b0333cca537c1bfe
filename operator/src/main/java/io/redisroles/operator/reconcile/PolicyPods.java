package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.contract.ContractPaths;
import io.redisroles.operator.desired.Digest;
import io.redisroles.operator.desired.Labels;
import io.redisroles.operator.injection.Annotations;
import io.redisroles.operator.injection.Injection;
import io.redisroles.operator.injection.InjectionSettings;
import io.redisroles.operator.injection.Neighbourhood;
import io.redisroles.operator.injection.PodCensus;
import io.redisroles.operator.plan.NamespacePlans;
import io.redisroles.operator.plan.PodSelection;
import io.redisroles.operator.plan.PolicyTarget;
import io.redisroles.operator.plan.RoleNames;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The pods of policies, as the API has them. Those with a sidecar are watched, by their label. Pods that should have one, and the
 * Services and NetworkPolicies of others, have no label of ours: a cache for them would hold every pod of the cluster, to answer what
 * is asked once in 30 s for each policy. So they are listed, by the policy's selector and in its namespace, with rights (list)
 * that watching them would need as well; an API server from 1.31 on answers that from its memory.
 *
 * @param settings of the installation
 */
record PolicyPods(InjectionSettings settings) {
    private static final PatchContext MERGE = new PatchContext.Builder()
            .withPatchType(PatchType.JSON_MERGE)
            .withFieldManager(ResourceApplier.FIELD_MANAGER)
            .build();

    /** How they stand. */
    PodCensus census(
            PolicyTarget target,
            NamespacePlans plans,
            String namespace,
            Caches<AccessPolicy> caches,
            KubernetesClient client) {
        return PodCensus.of(
                target,
                configHash(target, namespace, caches),
                injected(caches, namespace),
                bare(target, namespace, client),
                new Neighbourhood(plans.targets(), services(namespace, client)),
                settings);
    }

    /** Tells the policy's pods that their mounted files are old; a pod that changed is looked at by its kubelet at once. */
    void touch(PolicyTarget target, String namespace, Caches<AccessPolicy> caches, KubernetesClient client) {
        String config = configHash(target, namespace, caches);
        if (config.isEmpty()) {
            return;
        }
        injected(caches, namespace).stream()
                .filter(pod -> PodCensus.isLive(pod)
                        && target.name().equals(PodSelection.labels(pod).get(Labels.POLICY))
                        && !PodCensus.knows(pod, config))
                .forEach(pod -> touch(pod, config, client));
    }

    /** A NetworkPolicy that is not ours and already decides who reaches the policy's pods. */
    Optional<String> foreignNetworkPolicy(
            PolicyTarget target, String namespace, Caches<AccessPolicy> caches, KubernetesClient client) {
        List<Pod> pods = injected(caches, namespace).stream()
                .filter(pod -> target.name().equals(PodSelection.labels(pod).get(Labels.POLICY)))
                .toList();
        return client.network().v1().networkPolicies().inNamespace(namespace).list().getItems().stream()
                .filter(policy -> !Labels.OPERATOR.equals(
                        Optional.ofNullable(policy.getMetadata().getLabels())
                                .orElse(Map.of())
                                .get(Labels.MANAGED_BY)))
                .filter(policy -> limitsIngress(policy)
                        && pods.stream()
                                .anyMatch(pod -> PodSelection.matches(
                                        policy.getSpec().getPodSelector(), PodSelection.labels(pod))))
                .map(policy -> policy.getMetadata().getName())
                .sorted()
                .findFirst();
    }

    private static boolean limitsIngress(NetworkPolicy policy) {
        return policy.getSpec().getPolicyTypes().isEmpty()
                || policy.getSpec().getPolicyTypes().contains("Ingress");
    }

    private static void touch(Pod pod, String config, KubernetesClient client) {
        String change = "{\"metadata\":{\"uid\":\"%s\",\"annotations\":{\"%s\":\"%s\"}}}"
                .formatted(pod.getMetadata().getUid(), Annotations.CONFIG_HASH, config);
        try {
            // By the known pod: by its name, the client would read it first.
            client.resource(pod).patch(MERGE, change);
        } catch (KubernetesClientException e) {
            // Gone, or another of that name, since the cache saw it.
            if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND && e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
        }
    }

    private static List<Pod> injected(Caches<AccessPolicy> caches, String namespace) {
        return caches.list(Pod.class, namespace).stream()
                .filter(Injection::isInjected)
                .toList();
    }

    private static List<Pod> bare(PolicyTarget target, String namespace, KubernetesClient client) {
        return client.pods().inNamespace(namespace).withLabelSelector(target.selector()).list().getItems().stream()
                .filter(pod -> !Injection.isInjected(pod) && !Injection.isOurRedis(pod))
                .toList();
    }

    private static List<Service> services(String namespace, KubernetesClient client) {
        return client.services().inNamespace(namespace).list().getItems();
    }

    /** Empty while there is no configuration. */
    private static String configHash(PolicyTarget target, String namespace, Caches<AccessPolicy> caches) {
        return caches.find(ConfigMap.class, namespace, RoleNames.policyObjects(target.name()))
                .flatMap(map -> Optional.ofNullable(map.getData()))
                .map((Map<String, String> data) -> data.getOrDefault(ContractPaths.CONFIG_KEY, ""))
                .map(text -> Digest.sha256(text).substring(0, 16))
                .orElse("");
    }
}
