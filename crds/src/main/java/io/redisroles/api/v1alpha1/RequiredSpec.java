package io.redisroles.api.v1alpha1;

import io.fabric8.crdv2.generator.v1.SchemaCustomizer;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;

/**
 * Makes {@code spec} required. Without it, an edit that removes the spec and another that writes a new one would pass every
 * rule about what cannot be changed, because those compare two specs. Used by the CRD generator at build time only.
 */
public final class RequiredSpec implements SchemaCustomizer.Customizer {
    @Override
    public JSONSchemaProps apply(JSONSchemaProps schema, String input, KubernetesSerialization serialization) {
        schema.setRequired(List.of("spec"));
        return schema;
    }
}
