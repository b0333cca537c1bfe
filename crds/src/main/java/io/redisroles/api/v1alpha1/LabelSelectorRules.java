package io.redisroles.api.v1alpha1;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.crdv2.generator.v1.SchemaCustomizer;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.ValidationRuleBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Gives a label selector the limits that Kubernetes has for it, so that a wrong one is refused where it is written and not
 * when the operator copies it into another object. The input is the property, for example {@code podSelector}. Used by the
 * CRD generator at build time only.
 */
public final class LabelSelectorRules implements SchemaCustomizer.Customizer {
    static final String KEY = "^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$";
    static final String VALUE = "^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$";

    @Override
    public JSONSchemaProps apply(JSONSchemaProps schema, String input, KubernetesSerialization serialization) {
        JSONSchemaProps selector = property(schema, input);
        JSONSchemaProps labels = property(selector, "matchLabels");
        labels.setMaxProperties(32L);
        limitValue(labels.getAdditionalProperties().getSchema());
        selector.setXKubernetesValidations(List.of(new ValidationRuleBuilder()
                .withRule("!has(self.matchLabels) || self.matchLabels.all(k, k.matches('" + KEY + "'))")
                .withMessage("a key of matchLabels is a label's name: write for example app or example.com/app")
                .build()));
        JSONSchemaProps expressions = property(selector, "matchExpressions");
        expressions.setMaxItems(16L);
        limitExpression(expressions.getItems().getSchema(), serialization);
        return schema;
    }

    private static void limitExpression(JSONSchemaProps expression, KubernetesSerialization serialization) {
        expression.setRequired(List.of("key", "operator"));
        property(expression, "key").setMaxLength(317L);
        property(expression, "key").setPattern(KEY);
        property(expression, "operator")
                .setEnum(Stream.of("In", "NotIn", "Exists", "DoesNotExist")
                        .map(name -> serialization.convertValue(name, JsonNode.class))
                        .toList());
        JSONSchemaProps values = property(expression, "values");
        values.setMaxItems(32L);
        limitValue(values.getItems().getSchema());
        expression.setXKubernetesValidations(List.of(new ValidationRuleBuilder()
                .withRule("(self.operator in ['In', 'NotIn']) == (has(self.values) && size(self.values) > 0)")
                .withMessage("operators In and NotIn need values, Exists and DoesNotExist have none")
                .build()));
    }

    private static JSONSchemaProps property(JSONSchemaProps schema, String name) {
        return Objects.requireNonNull(schema.getProperties().get(name), () -> "no property " + name);
    }

    private static void limitValue(JSONSchemaProps value) {
        value.setMaxLength(63L);
        value.setPattern(VALUE);
    }
}
