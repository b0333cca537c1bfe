package io.redisroles.operator.desired;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.redisroles.operator.plan.PolicyPlan;
import io.redisroles.operator.plan.RolePlan;

/** The metadata of children. */
final class Metadata {
    private Metadata() {}

    /** Goes with the role. */
    static ObjectMeta owned(RolePlan plan, String name) {
        return new ObjectMetaBuilder(outliving(plan, name))
                .withOwnerReferences(Labels.owner(plan))
                .build();
    }

    /** Stays when the role goes. */
    static ObjectMeta outliving(RolePlan plan, String name) {
        return new ObjectMetaBuilder()
                .withName(name)
                .withNamespace(plan.namespace())
                .withLabels(Labels.of(plan))
                .build();
    }

    /** Goes with the policy. */
    static ObjectMeta owned(PolicyPlan plan, String name) {
        return new ObjectMetaBuilder()
                .withName(name)
                .withNamespace(plan.namespace())
                .withLabels(Labels.of(plan))
                .withOwnerReferences(Labels.owner(plan))
                .build();
    }
}
