package io.redisroles.api.v1alpha1;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The schema of a generated CRD, as a list of the rules that an object can break. */
final class CrdSchema {
    private static final String INDEX = "\\[\\d+]";
    private static final String KEY = "(\\.[^.]+|\\[[^]]+])";

    private final JSONSchemaProps root;

    private CrdSchema(JSONSchemaProps root) {
        this.root = root;
    }

    /** Reads a CRD from the class path. */
    static CrdSchema of(String crdName) {
        String file = "/META-INF/fabric8/" + crdName + "-v1.yml";
        try (InputStream yaml = Objects.requireNonNull(CrdSchema.class.getResourceAsStream(file), file)) {
            return new CrdSchema(new KubernetesSerialization()
                    .unmarshal(yaml, CustomResourceDefinition.class)
                    .getSpec()
                    .getVersions()
                    .get(0)
                    .getSchema()
                    .getOpenAPIV3Schema());
        } catch (IOException e) {
            throw new UncheckedIOException(file, e);
        }
    }

    /** Every rule of metadata and spec. */
    List<Rule> rules() {
        List<Rule> rules = new ArrayList<>();
        walk("", root, (path, schema) -> collect(rules, path, schema));
        return rules;
    }

    /** Lists, maps and strings of the spec that have no upper bound, by path. */
    List<String> unbounded() {
        List<String> found = new ArrayList<>();
        walk("", root, (path, schema) -> {
            boolean list = Objects.equals(schema.getType(), "array") && schema.getMaxItems() == null;
            boolean map = schema.getAdditionalProperties() != null && schema.getMaxProperties() == null;
            boolean choice = schema.getEnum() != null && !schema.getEnum().isEmpty();
            boolean text = Objects.equals(schema.getType(), "string") && !choice && schema.getMaxLength() == null;
            if (list || map || text) {
                found.add(path);
            }
        });
        return found;
    }

    private static void walk(String path, JSONSchemaProps schema, BiConsumer<String, JSONSchemaProps> visitor) {
        visitor.accept(path, schema);
        if (schema.getProperties() != null) {
            for (Map.Entry<String, JSONSchemaProps> property :
                    schema.getProperties().entrySet()) {
                // The operator alone writes the status.
                if (!path.isEmpty() || !property.getKey().equals("status")) {
                    String prefix = path.isEmpty() ? "" : path + "\\.";
                    walk(prefix + property.getKey(), property.getValue(), visitor);
                }
            }
        }
        if (schema.getItems() != null) {
            walk(path + INDEX, schema.getItems().getSchema(), visitor);
        }
        if (schema.getAdditionalProperties() != null) {
            walk(path + KEY, schema.getAdditionalProperties().getSchema(), visitor);
        }
    }

    private static void collect(List<Rule> rules, String path, JSONSchemaProps schema) {
        add(rules, path, schema.getPattern(), "should match '");
        add(rules, path, schema.getMinimum(), "should be greater than or equal to");
        add(rules, path, schema.getMaximum(), "should be less than or equal to");
        add(rules, path, schema.getMinLength(), "should be at least");
        add(rules, path, schema.getMaxLength(), "Too long");
        add(rules, path, schema.getMinItems(), "should have at least");
        add(rules, path, schema.getMaxItems(), "Too many");
        add(rules, path, schema.getMaxProperties(), "Too many");
        if (schema.getEnum() != null && !schema.getEnum().isEmpty()) {
            add(rules, path, schema.getEnum(), "Unsupported value");
        }
        if (Objects.equals(schema.getXKubernetesListType(), "map")) {
            add(rules, path + INDEX, "map", "Duplicate value");
        }
        if (schema.getRequired() != null) {
            String prefix = path.isEmpty() ? "" : path + "\\.";
            schema.getRequired().forEach(name -> add(rules, prefix + name, name, "Required value"));
        }
        if (schema.getXKubernetesValidations() != null) {
            schema.getXKubernetesValidations().forEach(rule -> add(rules, path, rule, rule.getMessage()));
        }
    }

    private static void add(List<Rule> rules, String path, @Nullable Object constraint, String message) {
        if (constraint != null) {
            rules.add(new Rule(Pattern.compile(path), message));
        }
    }

    /**
     * Something that the API server checks.
     *
     * @param field matches the field that the server names when the rule is broken
     * @param message what the server says then, or the beginning of it
     */
    record Rule(Pattern field, String message) {
        boolean isNamedBy(Fixture.Expectation expectation) {
            return field.matcher(expectation.field()).matches()
                    && (message.contains(expectation.text())
                            || expectation.text().startsWith(message));
        }
    }
}
