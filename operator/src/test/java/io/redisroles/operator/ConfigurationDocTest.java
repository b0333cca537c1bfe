package io.redisroles.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.redisroles.api.v1alpha1.RoleKind;
import io.redisroles.operator.desired.DesiredResources;
import io.redisroles.operator.plan.Bytes;
import io.redisroles.operator.plan.RedisDirectives;
import io.redisroles.operator.plan.RolePlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** docs/configuration.md says what the code does. */
class ConfigurationDocTest {
    private static final Pattern ROW = Pattern.compile("^\\| `([^`]+)` \\|", Pattern.MULTILINE);
    private static final Pattern KIND = Pattern.compile(
            "\\b(StatefulSet|ConfigMap|NetworkPolicy|PodDisruptionBudget|Service|PersistentVolumeClaim|Secret)\\b");
    private static final Map<String, String> FSYNC =
            Map.of("everysec", "EverySecond", "always", "Always", "no", "Never");

    @Test
    void itListsExactlyTheDirectivesThatMayBeSet() throws IOException {
        assertThat(rows("Further directives")).containsExactlyElementsOf(RedisDirectives.allowed());
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CUSTOM")
    void itSaysEachPreset(RoleKind role) throws IOException {
        // Given
        RolePlan plan = Samples.plan("{role: %s}".formatted(role.jsonName()));

        // Then
        assertThat(section("Presets"))
                .contains("| `%s` | %s | %s | %s | %d | %s | %s | %s |"
                        .formatted(
                                role.jsonName(),
                                Bytes.text(plan.memory().maxMemory()),
                                plan.memory().evictionPolicy().directive(),
                                FSYNC.get(plan.fsync().directive()),
                                plan.service().port(),
                                Bytes.text(plan.memory().containerLimit()),
                                Bytes.text(plan.storage().size()),
                                plan.storage().reclaimPolicy().name().charAt(0)
                                        + plan.storage()
                                                .reclaimPolicy()
                                                .name()
                                                .substring(1)
                                                .toLowerCase(Locale.ROOT)));
    }

    @ParameterizedTest
    @EnumSource(names = {"GATEWAY", "COMPLIANCE"})
    void itsWorkedNumbersAreComputed(RoleKind role) throws IOException {
        for (String maxMemory : List.of("64Mi", "256Mi", "512Mi", "1Gi")) {
            // When
            RolePlan plan = Samples.plan("{role: %s, memory: {maxMemory: %s}}".formatted(role.jsonName(), maxMemory));

            // Then
            String[] cells = section("Memory")
                    .lines()
                    .filter(line -> line.startsWith("| " + maxMemory + " "))
                    .findFirst()
                    .orElseThrow()
                    .split(" *\\| *", -1);
            assertThat(cells[role == RoleKind.GATEWAY ? 2 : 3])
                    .endsWith("→ " + Bytes.text(plan.memory().containerLimit()));
        }
    }

    @Test
    void itListsExactlyTheKeysOfABinding() throws IOException {
        // Given
        RolePlan plan = Samples.plan("{role: gateway, consumers: [{name: app, keys: ['a:*']}]}");

        // When
        List<HasMetadata> objects = DesiredResources.of(plan, Samples.credentials(plan), Samples.SETTINGS);

        // Then
        Secret binding = objects.stream()
                .filter(object -> object.getMetadata().getName().equals("redis-sample.app"))
                .map(Secret.class::cast)
                .findFirst()
                .orElseThrow();
        assertThat(rows("Binding Secrets"))
                .containsExactlyInAnyOrderElementsOf(binding.getData().keySet());
    }

    @Test
    void itNamesExactlyTheKindsOfChildren() throws IOException {
        // Given
        RolePlan plan = Samples.plan("{role: gateway, consumers: [{name: c, keys: ['a:*']}]}");

        // When
        List<HasMetadata> objects = DesiredResources.of(plan, Samples.credentials(plan), Samples.SETTINGS);

        // Then
        String section = section("What a role is called in the cluster");
        assertThat(KIND.matcher(section).results().map(MatchResult::group))
                .hasSameElementsAs(objects.stream().map(HasMetadata::getKind).toList());
        assertThat(objects)
                .allSatisfy(object -> assertThat(section)
                        .contains("`"
                                + object.getMetadata()
                                        .getName()
                                        .replace("sample", "R")
                                        .replace(".c", ".C") + "`"));
    }

    @Test
    void itListsExactlyTheFieldsOfAPolicy() throws IOException {
        // Given
        JSONSchemaProps resource = Serialization.unmarshal(
                        Files.readString(Path.of("..", "crds", "manifests", "accesspolicies.yaml")),
                        CustomResourceDefinition.class)
                .getSpec()
                .getVersions()
                .get(0)
                .getSchema()
                .getOpenAPIV3Schema();
        JSONSchemaProps spec = Objects.requireNonNull(resource.getProperties().get("spec"));

        // Then
        assertThat(rows("AccessPolicy"))
                .containsExactlyInAnyOrderElementsOf(leaves("", spec).toList());
    }

    /** The paths of the fields that have a value of their own; a selector and the ports are one. */
    private static Stream<String> leaves(String path, JSONSchemaProps schema) {
        if (schema.getAdditionalProperties() != null) {
            return leaves(path + ".<tier>", schema.getAdditionalProperties().getSchema());
        }
        if (schema.getItems() != null && !path.matches("ports|opaquePorts")) {
            return leaves(path + "[]", schema.getItems().getSchema());
        }
        if (schema.getProperties() == null || schema.getProperties().isEmpty() || path.equals("selector")) {
            return Stream.of(path);
        }
        return schema.getProperties().entrySet().stream()
                .flatMap(property -> leaves(
                        path.isEmpty() ? property.getKey() : path + "." + property.getKey(), property.getValue()));
    }

    private static List<String> rows(String heading) throws IOException {
        return ROW.matcher(section(heading))
                .results()
                .map((MatchResult row) -> row.group(1))
                .toList();
    }

    private static String section(String heading) throws IOException {
        String doc = Files.readString(Path.of("..", "docs", "configuration.md"));
        int start = doc.indexOf("## " + heading + "\n");
        assertThat(start).as("section " + heading).isNotNegative();
        int end = doc.indexOf("\n## ", start + 1);
        return doc.substring(start, end < 0 ? doc.length() : end);
    }
}
