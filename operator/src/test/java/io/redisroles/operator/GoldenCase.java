package io.redisroles.operator;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.operator.desired.DesiredResources;
import io.redisroles.operator.plan.PolicyGrant;
import io.redisroles.operator.plan.PolicyPlan;
import io.redisroles.operator.plan.PolicyPlanner;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.plan.RolePlanner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A directory of resources and of what they become: {@code in-*.yaml}, each one RedisRole or AccessPolicy, and
 * {@code out-<Kind>-<name>.yaml}, each one object. Secrets are shown with their content in clear ({@code stringData}), or
 * nobody could review them.
 */
public record GoldenCase(Path directory) {
    private static final Path ROOT = Path.of("src", "test", "resources", "golden");
    private static final YAMLMapper YAML = YAMLMapper.builder(YAMLFactory.builder()
                    .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                    .disable(YAMLGenerator.Feature.SPLIT_LINES)
                    .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                    .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
                    .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
                    .build())
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    public static Stream<GoldenCase> all() {
        return entries(ROOT).map(GoldenCase::new);
    }

    public static GoldenCase named(String name) {
        return new GoldenCase(ROOT.resolve(name));
    }

    public List<RedisRole> roles() {
        return inputs("RedisRole", RedisRole.class);
    }

    public List<AccessPolicy> policies() {
        return inputs("AccessPolicy", AccessPolicy.class);
    }

    public List<RolePlan> rolePlans() {
        return roles().stream().map(this::plan).toList();
    }

    public List<PolicyPlan> policyPlans() {
        return policies().stream()
                .map(policy -> PolicyPlanner.plan(policy, this::rolePlan)
                        .plan()
                        .orElseThrow(() -> new AssertionError(directory + ": policy rejected")))
                .toList();
    }

    /** Every object that the case becomes. */
    public List<HasMetadata> objects() {
        List<HasMetadata> objects = new ArrayList<>();
        rolePlans()
                .forEach(plan -> objects.addAll(DesiredResources.of(
                        plan, Samples.credentials(plan), Samples.identity(plan), Samples.SETTINGS)));
        policyPlans().forEach(plan -> objects.addAll(DesiredResources.of(plan, Samples::credentials, Samples::trust)));
        return objects;
    }

    /** The text of every object that the case becomes, by file name. */
    public SortedMap<String, String> rendered() {
        SortedMap<String, String> rendered = new TreeMap<>();
        for (HasMetadata object : objects()) {
            String file = "out-" + object.getKind() + "-" + object.getMetadata().getName() + ".yaml";
            if (rendered.put(file, yaml(readable(object))) != null) {
                throw new AssertionError(directory + ": two objects want to be " + file);
            }
        }
        return rendered;
    }

    /** The text of every golden file, by file name. */
    public SortedMap<String, String> golden() {
        SortedMap<String, String> golden = new TreeMap<>();
        files("out-").forEach(file -> golden.put(String.valueOf(file.getFileName()), read(file)));
        return golden;
    }

    /** Files that are neither input nor output. */
    public List<Path> strays() {
        return entries(directory)
                .filter(file -> !String.valueOf(file.getFileName()).matches("(in|out)-[A-Z].*[.]yaml"))
                .toList();
    }

    /** Makes the golden files what is rendered now. */
    public void update() {
        try {
            for (Path file : files("out-").toList()) {
                Files.delete(file);
            }
            for (Map.Entry<String, String> file : rendered().entrySet()) {
                Files.writeString(directory.resolve(file.getKey()), file.getValue());
            }
        } catch (IOException e) {
            throw new AssertionError(directory + " could not be updated", e);
        }
    }

    @Override
    public String toString() {
        return String.valueOf(directory.getFileName());
    }

    private Optional<RolePlan> rolePlan(String name) {
        return rolePlans().stream()
                .filter(plan -> plan.names().role().equals(name))
                .findFirst();
    }

    private RolePlan plan(RedisRole role) {
        List<PolicyGrant> grants = policies().stream()
                .map(policy -> PolicyPlanner.grant(policy, role.getMetadata().getName()))
                .flatMap(Optional::stream)
                .toList();
        return new RolePlanner(Samples.SETTINGS)
                .plan(role, grants)
                .plan()
                .orElseThrow(() -> new AssertionError(directory + ": role rejected"));
    }

    private <T> List<T> inputs(String kind, Class<T> type) {
        return files("in-" + kind)
                .map(file -> Serialization.unmarshal(read(file), type))
                .toList();
    }

    private Stream<Path> files(String prefix) {
        return entries(directory)
                .filter(file -> String.valueOf(file.getFileName()).startsWith(prefix));
    }

    private static Map<String, Object> readable(HasMetadata object) {
        Map<String, Object> tree = tree(object);
        if (object instanceof Secret secret) {
            SortedMap<String, String> clear = new TreeMap<>();
            secret.getData()
                    .forEach((key, value) ->
                            clear.put(key, new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8)));
            tree.remove("data");
            tree.put("stringData", clear);
        }
        return tree;
    }

    private static Map<String, Object> tree(HasMetadata object) {
        try {
            return YAML.readValue(Serialization.asJson(object), new TypeReference<>() {});
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String yaml(Map<String, Object> tree) {
        try {
            return YAML.writeValueAsString(tree);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Stream<Path> entries(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.sorted().toList().stream();
        } catch (IOException e) {
            throw new AssertionError(directory + " cannot be read", e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(file + " cannot be read", e);
        }
    }
}
