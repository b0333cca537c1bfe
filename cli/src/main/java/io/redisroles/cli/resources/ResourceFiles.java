package io.redisroles.cli.resources;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.cli.CliException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads the resources of a file or a folder, as {@code kubectl apply -f} would: {@code *.yaml} and {@code *.yml}, not below. */
public final class ResourceFiles {
    private static final String API_VERSION = "redisroles.io/v1alpha1";
    private static final Set<String> TOP_LEVEL = Set.of("apiVersion", "kind", "metadata", "spec", "status");

    private final YAMLMapper mapper = YAMLMapper.builder(new YAMLFactory())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .annotationIntrospector(new StrictFields())
            .build();

    /** The YAML files of {@code path}, which may be one itself, by name. */
    public static List<Path> list(Path path) {
        if (Files.isRegularFile(path)) {
            return List.of(path);
        }
        try (Stream<Path> files = Files.list(path)) {
            return files.filter(Files::isRegularFile)
                    .filter(file ->
                            file.toString().endsWith(".yaml") || file.toString().endsWith(".yml"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new CliException(path + " cannot be read: no such folder or file, or no permission", e);
        }
    }

    /**
     * Reads all files of {@code path}.
     *
     * @throws CliException naming file, line, field and value of the first thing that is wrong
     */
    public ResourceSet read(Path path) {
        List<ResourceSet.Sourced<RedisRole>> roles = new ArrayList<>();
        List<ResourceSet.Sourced<AccessPolicy>> policies = new ArrayList<>();
        Map<String, Path> seen = new HashMap<>();
        for (Path file : list(path)) {
            for (HasMetadata resource : readFile(file)) {
                String name = resource.getKind() + " " + resource.getMetadata().getNamespace() + "/"
                        + resource.getMetadata().getName();
                Path other = seen.put(name, file);
                if (other != null) {
                    throw new CliException(file + ": " + name + " stands in " + other + " too: remove one of them");
                }
                if (resource instanceof RedisRole role) {
                    roles.add(new ResourceSet.Sourced<>(role, file));
                } else if (resource instanceof AccessPolicy policy) {
                    policies.add(new ResourceSet.Sourced<>(policy, file));
                }
            }
        }
        return new ResourceSet(roles, policies);
    }

    private List<HasMetadata> readFile(Path file) {
        try {
            List<Class<? extends HasMetadata>> kinds = kinds(file);
            List<HasMetadata> resources = new ArrayList<>();
            try (JsonParser parser = mapper.createParser(file.toFile())) {
                for (Class<? extends HasMetadata> kind : kinds) {
                    parser.nextToken();
                    if (parser.currentToken() != JsonToken.START_OBJECT) {
                        continue;
                    }
                    resources.add(named(file, mapper.readValue(parser, kind)));
                }
            }
            return resources;
        } catch (JsonProcessingException e) {
            throw new CliException(file + describe(e), e);
        } catch (IOException e) {
            throw new CliException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** The kind of each document; a first pass, so that the second can read each into its type with its line numbers. */
    private List<Class<? extends HasMetadata>> kinds(Path file) throws IOException {
        List<Class<? extends HasMetadata>> kinds = new ArrayList<>();
        try (MappingIterator<JsonNode> documents =
                mapper.readerFor(JsonNode.class).readValues(file.toFile())) {
            while (documents.hasNextValue()) {
                kinds.add(kind(file, documents.nextValue()));
            }
        }
        return kinds;
    }

    private static Class<? extends HasMetadata> kind(Path file, JsonNode document) {
        String apiVersion = document.path("apiVersion").asText();
        String kind = document.path("kind").asText();
        Set<String> unknown = new TreeSet<>();
        document.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(TOP_LEVEL);
        if (!unknown.isEmpty()) {
            throw new CliException(file + ": " + kind + ": unknown field " + String.join(", ", unknown)
                    + " (expected: apiVersion, kind, metadata, spec)");
        }
        if (!apiVersion.equals(API_VERSION)) {
            throw new CliException(file + ": apiVersion: \"" + apiVersion + "\" (expected: " + API_VERSION + ")");
        }
        if (!document.path("spec").isObject()) {
            throw new CliException(file + ": " + kind + ": spec is missing");
        }
        return switch (kind) {
            case "RedisRole" -> RedisRole.class;
            case "AccessPolicy" -> AccessPolicy.class;
            default -> throw new CliException(file + ": kind: \"" + kind + "\" (expected: RedisRole or AccessPolicy)");
        };
    }

    private static HasMetadata named(Path file, HasMetadata resource) {
        if (resource.getMetadata() == null || resource.getMetadata().getName() == null) {
            throw new CliException(file + ": " + resource.getKind() + ": metadata.name is missing");
        }
        if (resource.getMetadata().getNamespace() == null) {
            resource.getMetadata().setNamespace("default");
        }
        return resource;
    }

    private static String describe(JsonProcessingException failure) {
        JsonLocation location = failure.getLocation();
        String line = location == null ? "" : ":" + location.getLineNr();
        if (failure instanceof UnrecognizedPropertyException unknown) {
            return line + ": unknown field " + path(unknown) + " (expected one of: "
                    + unknown.getKnownPropertyIds().stream()
                            .map(String::valueOf)
                            .sorted()
                            .collect(Collectors.joining(", "))
                    + ")";
        }
        if (failure instanceof InvalidFormatException invalid) {
            return line + ": " + path(invalid) + ": \"" + invalid.getValue() + "\" (expected: " + expected(invalid)
                    + ")";
        }
        String where = failure instanceof JsonMappingException mapping
                        && !mapping.getPath().isEmpty()
                ? path(mapping) + ": "
                : "";
        return line + ": " + where + failure.getOriginalMessage();
    }

    private static String expected(InvalidFormatException invalid) {
        Class<?> type = invalid.getTargetType();
        if (!type.isEnum()) {
            return type.getSimpleName().toLowerCase(Locale.ROOT);
        }
        YAMLMapper names = new YAMLMapper();
        return Stream.of(type.getEnumConstants())
                .map(constant -> names.convertValue(constant, String.class))
                .collect(Collectors.joining(", "));
    }

    private static String path(JsonMappingException failure) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference step : failure.getPath()) {
            if (step.getFieldName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
            }
        }
        return path.toString();
    }
}
