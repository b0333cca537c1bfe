package io.redisroles.operator.reading;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StringDeserializer;
import com.fasterxml.jackson.databind.jsontype.TypeDeserializer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads equal strings as one: resources of one kind say mostly the same, and several caches hold each. Remembers one string for
 * each of a fixed number of hashes, so it neither grows nor keeps what is gone for long. Safe for all threads: a string that two
 * of them write at once is merely there twice. What stands in the {@code data} of Secrets and ConfigMaps is nobody else's, and
 * must not outlive its object here.
 */
final class SharedStrings extends StringDeserializer {
    private static final long serialVersionUID = 1L;
    private static final int SLOTS = 1 << 14;
    /** What is longer is hardly said twice. */
    private static final int LONGEST = 256;

    private final @Nullable String[] known = new String[SLOTS];

    @Override
    public String deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        return shared(super.deserialize(parser, context), parser);
    }

    @Override
    public String deserializeWithType(JsonParser parser, DeserializationContext context, TypeDeserializer type)
            throws IOException {
        return shared(super.deserializeWithType(parser, context, type), parser);
    }

    private String shared(String text, JsonParser parser) {
        if (text.length() > LONGEST || isData(parser.getParsingContext().getParent())) {
            return text;
        }
        int hash = text.hashCode();
        int slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
        String before = known[slot];
        if (text.equals(before)) {
            return before;
        }
        known[slot] = text;
        return text;
    }

    private static boolean isData(@Nullable JsonStreamContext owner) {
        return owner != null && "data".equals(owner.getCurrentName());
    }
}
