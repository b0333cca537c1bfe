package io.redisroles.operator.plan;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which pods a label selector selects, as Kubernetes decides it. */
public final class PodSelection {
    private PodSelection() {}

    /** Whether {@code selector} selects a pod with these labels; an empty selector selects every pod. */
    public static boolean matches(LabelSelector selector, Map<String, String> labels) {
        Map<String, String> wished =
                Optional.ofNullable(selector.getMatchLabels()).orElse(Map.of());
        List<LabelSelectorRequirement> expressions =
                Optional.ofNullable(selector.getMatchExpressions()).orElse(List.of());
        return wished.entrySet().stream().allMatch(label -> label.getValue().equals(labels.get(label.getKey())))
                && expressions.stream().allMatch(expression -> matches(expression, labels));
    }

    /** The labels of a pod, or of a pod that is about to be. */
    public static Map<String, String> labels(Pod pod) {
        return Optional.ofNullable(pod.getMetadata().getLabels()).orElse(Map.of());
    }

    private static boolean matches(LabelSelectorRequirement expression, Map<String, String> labels) {
        String value = labels.get(expression.getKey());
        List<String> values = Optional.ofNullable(expression.getValues()).orElse(List.of());
        return switch (expression.getOperator()) {
            case "In" -> value != null && values.contains(value);
            case "NotIn" -> value == null || !values.contains(value);
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            default -> false;
        };
    }
}
