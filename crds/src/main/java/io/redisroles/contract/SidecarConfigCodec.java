package io.redisroles.contract;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.InjectableValues;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializerBase;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * Reads and writes the sidecar's configuration. Reading is strict: an unknown, duplicate or missing field fails with its
 * place. Writing is canonical: equal configurations give equal text. Instances are immutable and safe for all threads.
 */
public final class SidecarConfigCodec {
    /** What Jackson adds for programmers, not for those who write the file. */
    private static final Pattern INTERNALS = Pattern.compile(
            " \\(index \\d+\\); `.*| \\(class [^)]*\\), not marked as ignorable.*| \\(\\d+ known properties.*",
            Pattern.DOTALL);

    private final YAMLMapper mapper = YAMLMapper.builder(YAMLFactory.builder()
                    .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                    .disable(YAMLGenerator.Feature.USE_NATIVE_TYPE_ID)
                    .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                    .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .addModule(new SimpleModule()
                    .addSerializer(Duration.class, new DurationWriter())
                    .addDeserializer(Duration.class, new DurationReader()))
            .build();

    /** JSON, which is YAML too: the flow style on one line. */
    private final JsonMapper oneLine = JsonMapper.builder()
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .addModule(new SimpleModule().addSerializer(Duration.class, new DurationWriter()))
            .build();

    public SidecarConfigCodec() {
        mapper.setInjectableValues(new InjectableValues.Std()
                .addValue(StaticSection.Store.NOT_ENCRYPTED, "")
                .addValue(StaticSection.Store.NOT_IDENTIFIED, ""));
    }

    /**
     * Reads a configuration.
     *
     * @throws ConfigException naming line, field and value of what is wrong
     */
    public SidecarConfig read(String yaml) {
        try {
            return mapper.readValue(yaml, SidecarConfig.class);
        } catch (JsonProcessingException e) {
            throw new ConfigException(describe(e), e);
        }
    }

    /** Writes a configuration so that {@link #read} gives an equal one. */
    public String write(SidecarConfig config) {
        try {
            return mapper.writeValueAsString(config);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a valid configuration could not be written", e);
        }
    }

    /**
     * Reads what differs between pods.
     *
     * @throws ConfigException naming field and value of what is wrong
     */
    public PodSection readPod(String yaml) {
        try {
            return mapper.readValue(yaml, PodSection.class);
        } catch (JsonProcessingException e) {
            throw new ConfigException(PodSection.VARIABLE + ": " + describe(e), e);
        }
    }

    /** Writes what differs between pods in one line, so that {@link #readPod} gives an equal one. */
    public String writePod(PodSection pod) {
        try {
            return oneLine.writeValueAsString(pod);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a valid section could not be written", e);
        }
    }

    private static String describe(JsonProcessingException failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = root instanceof JsonProcessingException json ? json.getOriginalMessage() : root.getMessage();
        return line(failure)
                + path(failure)
                + INTERNALS.matcher(String.valueOf(message)).replaceAll("");
    }

    private static String line(JsonProcessingException failure) {
        JsonLocation location = failure.getLocation();
        return location == null ? "" : "line " + location.getLineNr() + ": ";
    }

    private static String path(JsonProcessingException failure) {
        if (!(failure instanceof JsonMappingException mapping)
                || mapping.getPath().isEmpty()) {
            return "";
        }
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference step : mapping.getPath()) {
            String field = step.getFieldName();
            if (field == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(field);
            }
        }
        return path + ": ";
    }

    private static final class DurationWriter extends ToStringSerializerBase {
        private DurationWriter() {
            super(Duration.class);
        }

        @Override
        public String valueToString(Object value) {
            return DurationText.format((Duration) value);
        }
    }

    private static final class DurationReader extends StdScalarDeserializer<Duration> {
        private DurationReader() {
            super(Duration.class);
        }

        @Override
        public Duration deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            String text = parser.getValueAsString("");
            try {
                return DurationText.parse(text);
            } catch (IllegalArgumentException e) {
                throw JsonMappingException.from(parser, String.valueOf(e.getMessage()), e);
            }
        }
    }
}
