package io.redisroles.api.v1alpha1;

import io.fabric8.crdv2.generator.v1.SchemaCustomizer;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import java.util.Objects;

/**
 * Makes lists of the generated schema maps by a key, so that server-side apply merges their items. The input is the property
 * and the key, for example {@code consumers=name}. Used by the CRD generator at build time only.
 */
public final class ListByKey implements SchemaCustomizer.Customizer {
    @Override
    public JSONSchemaProps apply(JSONSchemaProps schema, String input, KubernetesSerialization serialization) {
        int equals = input.indexOf('=');
        String name = input.substring(0, equals);
        JSONSchemaProps list = Objects.requireNonNull(
                schema.getProperties().get(name), () -> "no property " + name + " to make a map of");
        list.setXKubernetesListType("map");
        list.setXKubernetesListMapKeys(List.of(input.substring(equals + 1)));
        return schema;
    }
}
