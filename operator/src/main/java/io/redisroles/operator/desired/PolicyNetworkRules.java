package io.redisroles.operator.desired;

import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPortBuilder;
import io.redisroles.operator.plan.PolicyPlan;
import io.redisroles.operator.plan.RoleNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Keeps everybody from the app's own ports, where a sidecar stands before it only by name: what is not listed is closed, so
 * everything but those ports is listed. NetworkPolicies add up; beside another one this would open what that one closes, so it
 * is for pods that no other selects.
 */
public final class PolicyNetworkRules {
    private static final int LAST_PORT = 65535;

    private PolicyNetworkRules() {}

    /**
     * The NetworkPolicy.
     *
     * @param ports that the sidecars of {@code plan} stand before
     */
    public static NetworkPolicy closing(PolicyPlan plan, List<Integer> ports) {
        return new NetworkPolicyBuilder()
                .withMetadata(Metadata.owned(plan, RoleNames.policyObjects(plan.name())))
                .withNewSpec()
                .withPodSelector(new LabelSelectorBuilder()
                        .withMatchLabels(Map.of(Labels.POLICY, plan.name()))
                        .build())
                .withPolicyTypes("Ingress")
                .addNewIngress()
                .withPorts(openPorts(ports))
                .endIngress()
                .endSpec()
                .build();
    }

    private static List<NetworkPolicyPort> openPorts(List<Integer> closed) {
        List<NetworkPolicyPort> open = new ArrayList<>();
        int next = 1;
        for (int port : new TreeSet<>(closed)) {
            if (next < port) {
                open.add(range("TCP", next, port - 1));
            }
            next = port + 1;
        }
        if (next <= LAST_PORT) {
            open.add(range("TCP", next, LAST_PORT));
        }
        open.add(range("UDP", 1, LAST_PORT));
        open.add(range("SCTP", 1, LAST_PORT));
        return open;
    }

    private static NetworkPolicyPort range(String protocol, int first, int last) {
        return new NetworkPolicyPortBuilder()
                .withProtocol(protocol)
                .withNewPort(first)
                .withEndPort(first == last ? null : last)
                .build();
    }
}
