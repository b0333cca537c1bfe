package io.redisroles.operator.desired;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeerBuilder;
import io.redisroles.operator.plan.ConsumerPlan;
import io.redisroles.operator.plan.RolePlan;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Who may open a connection to a role: its consumers, the pods with its policies' sidecars, its own pods and the operator. */
final class NetworkRules {
    private NetworkRules() {}

    static NetworkPolicy desired(RolePlan plan, String operatorNamespace) {
        return new NetworkPolicyBuilder()
                .withMetadata(Metadata.owned(plan, plan.names().base()))
                .withNewSpec()
                .withPodSelector(selector(Labels.selector(plan)))
                .withPolicyTypes("Ingress")
                .addNewIngress()
                .addNewPort()
                .withProtocol("TCP")
                .withNewPort(RolePlan.CONTAINER_PORT)
                .endPort()
                .withFrom(peers(plan, operatorNamespace))
                .endIngress()
                .endSpec()
                .build();
    }

    private static List<NetworkPolicyPeer> peers(RolePlan plan, String operatorNamespace) {
        Stream<LabelSelector> consumers =
                plan.consumers().stream().map(ConsumerPlan::pods).flatMap(Optional::stream);
        Stream<LabelSelector> policies =
                plan.grants().stream().map(grant -> selector(Map.of(Labels.POLICY, grant.policy())));
        Stream<LabelSelector> own = Stream.of(selector(Labels.selector(plan)));
        return Stream.concat(
                        Stream.of(consumers, policies, own)
                                .flatMap(peers -> peers)
                                .distinct()
                                .map(NetworkRules::peer),
                        Stream.of(operator(operatorNamespace)))
                .toList();
    }

    private static NetworkPolicyPeer peer(LabelSelector pods) {
        return new NetworkPolicyPeerBuilder().withPodSelector(pods).build();
    }

    private static NetworkPolicyPeer operator(String namespace) {
        return new NetworkPolicyPeerBuilder()
                .withNamespaceSelector(selector(Map.of("kubernetes.io/metadata.name", namespace)))
                .withPodSelector(selector(Map.of("app.kubernetes.io/name", "redis-roles-operator")))
                .build();
    }

    private static LabelSelector selector(Map<String, String> labels) {
        return new LabelSelectorBuilder().withMatchLabels(labels).build();
    }
}
