package io.redisroles.operator.reading;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.deser.std.DelegatingDeserializer;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.redisroles.api.v1alpha1.Lenient;
import io.redisroles.api.v1alpha1.Unreadable;
import java.io.IOException;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads a resource, and where its status (which the operator writes afresh) or its spec cannot be read, the rest of it. A
 * spec that is left out is marked with why.
 */
final class LenientDeserializer extends DelegatingDeserializer {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST_VALUE = 80;
    private static final Set<String> PARTS = Set.of("spec", "status");

    LenientDeserializer(JsonDeserializer<?> exact) {
        super(exact);
    }

    @Override
    protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> exact) {
        return new LenientDeserializer(exact);
    }

    @Override
    public Object deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        return deserialize(context.readTree(parser), parser, context);
    }

    private Object deserialize(JsonNode whole, JsonParser parser, DeserializationContext context) throws IOException {
        try {
            return read(whole, parser, context);
        } catch (JsonMappingException e) {
            String part = e.getPath().isEmpty()
                    ? ""
                    : String.valueOf(e.getPath().get(0).getFieldName());
            if (!PARTS.contains(part) || !whole.has(part)) {
                throw e;
            }
            Object resource = deserialize(whole.<ObjectNode>deepCopy().without(part), parser, context);
            if (part.equals("spec")) {
                ((Lenient) resource).markUnreadable(why(e, whole));
            }
            return resource;
        }
    }

    private Object read(JsonNode node, JsonParser parser, DeserializationContext context) throws IOException {
        try (JsonParser again = node.traverse(parser.getCodec())) {
            again.nextToken();
            return super.deserialize(again, context);
        }
    }

    private static Unreadable why(JsonMappingException e, JsonNode whole) {
        JsonNode value = whole;
        for (JsonMappingException.Reference step : e.getPath()) {
            value = step.getFieldName() == null ? value.path(step.getIndex()) : value.path(step.getFieldName());
        }
        String field = e.getPath().stream()
                .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : "." + step.getFieldName())
                .collect(Collectors.joining());
        String text = value.toString();
        return new Unreadable(
                field.startsWith(".") ? field.substring(1) : field,
                (text.length() > LONGEST_VALUE ? text.substring(0, LONGEST_VALUE) + "..." : text)
                        + " is not known to this version of the operator: upgrade it, or correct the value");
    }
}
