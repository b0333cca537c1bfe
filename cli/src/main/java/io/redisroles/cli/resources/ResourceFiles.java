package io.redisroles.cli.resources;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.cli.CliException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static com.fasterxml.jackson.databind.cfg.CoercionAction.Fail;

/** Reads the resources of a file or a folder, as {@code kubectl apply -f} would: {@code *.yaml} and {@code *.yml}, not below. */
public final class ResourceFiles {
    private static final String GROUP = "redisroles.io/";
    private static final String API_VERSION = GROUP + "v1alpha1";
    /** Of another group they are a slip of the pen: what they should protect would go without. */
    private static final Set<String> READ = Set.of("RedisRole", "AccessPolicy", "Secret");

    private static final Set<String> TOP_LEVEL = Set.of("apiVersion", "kind", "metadata", "spec", "status");
    private static final Set<String> TOP_LEVEL_OF_SECRET =
            Set.of("apiVersion", "kind", "metadata", "type", "data", "stringData", "immutable");

    private final YAMLMapper mapper = YAMLMapper.builder(new YAMLFactory())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .withCoercionConfig(
                    LogicalType.Textual,
                    text -> text.setCoercion(CoercionInputShape.Integer, Fail)
                            .setCoercion(CoercionInputShape.Float, Fail)
                            .setCoercion(CoercionInputShape.Boolean, Fail))
            .annotationIntrospector(new StrictFields())
            .build();
    private final YAMLMapper lenient = YAMLMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
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
        List<ResourceSet.Sourced<Secret>> secrets = new ArrayList<>();
        List<String> forClusters = new ArrayList<>();
        Map<String, Path> seen = new HashMap<>();
        for (Path file : list(path)) {
            for (HasMetadata resource : readFile(file)) {
                String name = resource.getKind() + " " + resource.getMetadata().getNamespace() + "/"
                        + resource.getMetadata().getName();
                Path other = seen.put(resource.getApiVersion() + " " + name, file);
                if (other != null) {
                    throw new CliException(file + ": " + name + " stands in " + other + " too: remove one of them");
                }
                if (resource instanceof RedisRole role) {
                    roles.add(new ResourceSet.Sourced<>(role, file));
                } else if (resource instanceof AccessPolicy policy) {
                    policies.add(new ResourceSet.Sourced<>(policy, file));
                } else if (resource instanceof Secret secret) {
                    secrets.add(new ResourceSet.Sourced<>(secret, file));
                } else {
                    forClusters.add(inWords(resource));
                }
            }
        }
        return new ResourceSet(roles, policies, secrets, forClusters);
    }

    private static String inWords(HasMetadata resource) {
        String namespace = resource.getMetadata().getNamespace();
        return resource.getKind() + " " + (namespace == null ? "" : namespace + "/")
                + resource.getMetadata().getName();
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
                    resources.add(named(file, read(file, parser, kind)));
                }
            }
            return resources;
        } catch (JsonProcessingException e) {
            throw new CliException(file + describe(e), e);
        } catch (IOException e) {
            throw new CliException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private HasMetadata read(Path file, JsonParser parser, Class<? extends HasMetadata> kind) throws IOException {
        YAMLMapper reader = kind == GenericKubernetesResource.class ? lenient : mapper;
        try {
            return reader.readerFor(kind).readValue(parser);
        } catch (UnrecognizedPropertyException e) {
            throw e;
        } catch (MismatchedInputException e) {
            if (!parser.currentToken().isScalarValue()) {
                throw e;
            }
            throw new CliException(file + describe(e, parser), e);
        }
    }

    /** A scalar of another type, as it is written: what was read of {@code yes} is {@code true}. */
    private static String describe(MismatchedInputException failure, JsonParser parser) throws IOException {
        String written = parser.getText();
        String value = parser.currentToken() == JsonToken.VALUE_STRING ? "\"" + written + "\"" : written;
        return line(failure) + ": " + path(failure) + ": " + value + " (expected: "
                + expected(failure.getTargetType(), written) + ")";
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
        String kind = document.path("kind").asText();
        String apiVersion = document.path("apiVersion").asText();
        boolean secret = kind.equals("Secret");
        if (!READ.contains(kind) && isForClusters(apiVersion)) {
            return GenericKubernetesResource.class;
        }
        requireFields(file, document, kind, secret ? TOP_LEVEL_OF_SECRET : TOP_LEVEL);
        String expected = secret ? "v1" : API_VERSION;
        if (!apiVersion.equals(expected)) {
            throw new CliException(file + ": apiVersion: \"" + apiVersion + "\" (expected: " + expected + ")");
        }
        if (!secret && !document.path("spec").isObject()) {
            throw new CliException(file + ": " + kind + ": spec is missing");
        }
        return switch (kind) {
            case "RedisRole" -> RedisRole.class;
            case "AccessPolicy" -> AccessPolicy.class;
            case "Secret" -> Secret.class;
            default ->
                throw new CliException(file + ": kind: \"" + kind + "\" (expected: RedisRole, AccessPolicy or Secret)");
        };
    }

    /** Kinds of other groups; whether they are right is for a cluster that has them to say. */
    private static boolean isForClusters(String apiVersion) {
        return apiVersion.equals("v1") || (apiVersion.indexOf('/') > 0 && !apiVersion.startsWith(GROUP));
    }

    private static void requireFields(Path file, JsonNode document, String kind, Set<String> known) {
        Set<String> unknown = new TreeSet<>();
        document.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            throw new CliException(file + ": " + kind + ": unknown field " + String.join(", ", unknown)
                    + " (expected: "
                    + (known.contains("spec") ? "apiVersion, kind, metadata, spec" : "apiVersion, kind, metadata, data")
                    + ")");
        }
    }

    private static HasMetadata named(Path file, HasMetadata resource) {
        if (resource.getMetadata() == null || resource.getMetadata().getName() == null) {
            throw new CliException(file + ": " + resource.getKind() + ": metadata.name is missing");
        }
        if (resource.getMetadata().getNamespace() == null && !(resource instanceof GenericKubernetesResource)) {
            resource.getMetadata().setNamespace("default");
        }
        return resource;
    }

    private static String describe(JsonProcessingException failure) {
        String line = line(failure);
        if (failure instanceof UnrecognizedPropertyException unknown) {
            return line + ": unknown field " + path(unknown) + " (expected one of: "
                    + unknown.getKnownPropertyIds().stream()
                            .map(String::valueOf)
                            .sorted()
                            .collect(Collectors.joining(", "))
                    + ")";
        }
        String where = failure instanceof JsonMappingException mapping
                        && !mapping.getPath().isEmpty()
                ? path(mapping) + ": "
                : "";
        return line + ": " + where + failure.getOriginalMessage();
    }

    private static String line(JsonProcessingException failure) {
        JsonLocation location = failure.getLocation();
        return location == null ? "" : ":" + location.getLineNr();
    }

    private static String expected(Class<?> type, String written) {
        if (type.isEnum()) {
            YAMLMapper names = new YAMLMapper();
            return Stream.of(type.getEnumConstants())
                    .map(constant -> names.convertValue(constant, String.class))
                    .collect(Collectors.joining(", "));
        }
        if (Collection.class.isAssignableFrom(type)) {
            return "list";
        }
        return switch (type.getSimpleName()) {
            case "Boolean", "boolean" -> "boolean";
            case "Integer", "int", "Long", "long" -> "integer";
            case "String" -> "string, so \"" + written + "\" in quotes";
            default -> "fields";
        };
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
