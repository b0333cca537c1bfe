package io.redisroles.sidecar.limit;

import io.redisroles.contract.Identifiers;
import io.redisroles.contract.KeyNames;
import io.redisroles.contract.PolicySection;
import io.redisroles.contract.PolicySection.Limit;
import io.redisroles.sidecar.config.KeyedHash;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Names the counter of a subject under a limit. The principal part, first of user, session, ip and rule, is the hash tag. */
public final class CounterKeys {
    private static final String UNRESERVED = "-._~";

    private final KeyedHash hash;

    public CounterKeys(KeyedHash hash) {
        this.hash = hash;
    }

    /** The key of {@code subject} under {@code limit} of {@code policy}. */
    public String key(PolicySection policy, Limit limit, Subject subject) {
        // Sorted by type: the order in which a policy lists the parts means nothing.
        List<Subject.Part> parts =
                limit.by().stream().sorted().map(subject::part).distinct().toList();
        String tag = name(policy.identifiers(), parts.subList(0, 1));
        String rest = parts.size() == 1 ? "" : name(policy.identifiers(), parts.subList(1, parts.size()));
        return KeyNames.rate(tag, policy.namespace(), policy.name(), limit.name(), rest);
    }

    private String name(Identifiers identifiers, List<Subject.Part> parts) {
        return switch (identifiers) {
            case HASHED -> hash.tag(encode(parts));
            case PLAIN ->
                parts.stream()
                        .map(part -> typeName(part) + "=" + percentEncode(part.value()))
                        .collect(Collectors.joining(","));
        };
    }

    /** Type and length before each value, so that no two lists of parts have the same bytes. */
    private static byte[] encode(List<Subject.Part> parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Subject.Part part : parts) {
            byte[] type = typeName(part).getBytes(StandardCharsets.US_ASCII);
            byte[] value = part.value().getBytes(StandardCharsets.UTF_8);
            bytes.writeBytes(ByteBuffer.allocate(4).putInt(type.length).array());
            bytes.writeBytes(type);
            bytes.writeBytes(ByteBuffer.allocate(4).putInt(value.length).array());
            bytes.writeBytes(value);
        }
        return bytes.toByteArray();
    }

    private static String typeName(Subject.Part part) {
        return part.type().name().toLowerCase(Locale.ROOT);
    }

    private static String percentEncode(String value) {
        StringBuilder encoded = new StringBuilder();
        for (byte octet : value.getBytes(StandardCharsets.UTF_8)) {
            char character = (char) (octet & 0xFF);
            if (character < 0x80 && (Character.isLetterOrDigit(character) || UNRESERVED.indexOf(character) >= 0)) {
                encoded.append(character);
            } else {
                encoded.append('%').append(String.format(Locale.ROOT, "%02X", (int) character));
            }
        }
        return encoded.toString();
    }
}
