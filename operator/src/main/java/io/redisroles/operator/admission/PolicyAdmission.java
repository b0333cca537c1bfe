package io.redisroles.operator.admission;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.operator.injection.Injection;
import io.redisroles.operator.plan.NamespacePlans;
import io.redisroles.operator.plan.PlanResult;
import io.redisroles.operator.plan.PolicyPlan;
import io.redisroles.operator.plan.PolicyTarget;
import io.redisroles.operator.plan.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Warns of what the rules of a CRD cannot see: other objects. It refuses nothing, because objects may come in any order.
 *
 * @param plans finds the roles and policies of a namespace
 * @param pods finds the pods that a selector selects now
 * @param serialization of policies
 */
record PolicyAdmission(Function<String, NamespacePlans> plans, Pods pods, KubernetesSerialization serialization) {
    /** Looks for pods. */
    interface Pods {
        List<Pod> selected(String namespace, LabelSelector selector);
    }

    Answer decide(JsonNode request) {
        AccessPolicy policy = serialization.convertValue(request.path("object"), AccessPolicy.class);
        if (policy.isMarkedForDeletion()
                || policy.getSpec() == null
                || policy.getSpec().selector() == null) {
            return Answer.unchanged();
        }
        NamespacePlans neighbours = plans.apply(request.path("namespace").asText());
        PlanResult<PolicyPlan> result = neighbours.policy(policy);
        List<String> warnings = new ArrayList<>();
        result.problems().stream().map(Problem::toString).forEach(warnings::add);
        result.warnings().stream().map(Problem::toString).forEach(warnings::add);
        List<Pod> selected = pods
                .selected(request.path("namespace").asText(), policy.getSpec().selector())
                .stream()
                .filter(pod -> !Injection.isOurRedis(pod))
                .toList();
        if (selected.isEmpty()) {
            warnings.add("spec.selector selects no pod now");
        }
        neighbours.targets().stream()
                .filter(other -> !other.name().equals(policy.getMetadata().getName()))
                .filter(other -> shares(policy, other, selected))
                .map(other -> "AccessPolicy " + other.name()
                        + " selects pods that this one selects; the older wins: select each pod by one policy")
                .forEach(warnings::add);
        return Answer.allowed(warnings);
    }

    private static boolean shares(AccessPolicy policy, PolicyTarget other, List<Pod> selected) {
        return other.selector().equals(policy.getSpec().selector())
                || selected.stream().anyMatch(other::selects);
    }
}
