package io.redisroles.operator.desired;

import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import io.redisroles.operator.plan.RolePlan;

/** Lets a node be drained: of one replica one may always go, and one that does not work may go at any time. */
final class DisruptionBudget {
    private DisruptionBudget() {}

    static PodDisruptionBudget desired(RolePlan plan) {
        return new PodDisruptionBudgetBuilder()
                .withMetadata(Metadata.owned(plan, plan.names().base()))
                .withNewSpec()
                .withNewMaxUnavailable(1)
                .withSelector(new LabelSelectorBuilder()
                        .withMatchLabels(Labels.selector(plan))
                        .build())
                .withUnhealthyPodEvictionPolicy("AlwaysAllow")
                .endSpec()
                .build();
    }
}
