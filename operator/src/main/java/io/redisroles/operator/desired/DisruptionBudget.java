package io.redisroles.operator.desired;

import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import io.redisroles.operator.plan.RolePlan;

/** What a drain may do to a role: move its single pod, also an unready one. */
final class DisruptionBudget {
    private DisruptionBudget() {}

    static PodDisruptionBudget desired(RolePlan plan) {
        return new PodDisruptionBudgetBuilder()
                .withMetadata(Metadata.owned(plan, plan.names().base()))
                .withNewSpec()
                .withNewMaxUnavailable(1)
                .withUnhealthyPodEvictionPolicy("AlwaysAllow")
                .withNewSelector()
                .withMatchLabels(Labels.selector(plan))
                .endSelector()
                .endSpec()
                .build();
    }
}
