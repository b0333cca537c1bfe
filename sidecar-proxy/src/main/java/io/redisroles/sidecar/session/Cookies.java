package io.redisroles.sidecar.session;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code Cookie} fields (RFC 6265 §4.2.1). */
final class Cookies {
    private Cookies() {}

    /** The one value of the cookies called {@code name} (case-sensitive), without the quotes that may enclose it. */
    static Single value(List<String> fields, String name) {
        Single value = Single.NONE;
        for (int i = 0; i < fields.size(); i++) {
            value = read(fields.get(i), name, value);
        }
        return value;
    }

    private static Single read(String field, String name, Single known) {
        Single value = known;
        int start = 0;
        while (start < field.length()) {
            int semicolon = field.indexOf(';', start);
            int end = semicolon < 0 ? field.length() : semicolon;
            String found = valueOf(field, start, end, name);
            if (found != null) {
                value = value.and(found);
            }
            start = end + 1;
        }
        return value;
    }

    /** The value of the pair between two places of a field; null if it is another cookie. */
    private static @Nullable String valueOf(String field, int start, int end, String name) {
        int from = skipBlank(field, start, end);
        if (!field.startsWith(name, from)) {
            return null;
        }
        int equals = skipBlank(field, from + name.length(), end);
        if (equals >= end || field.charAt(equals) != '=') {
            return null;
        }
        int first = skipBlank(field, equals + 1, end);
        int last = end;
        while (last > first && isBlank(field.charAt(last - 1))) {
            last--;
        }
        boolean quoted = last - first >= 2 && field.charAt(first) == '"' && field.charAt(last - 1) == '"';
        return quoted ? field.substring(first + 1, last - 1) : field.substring(first, last);
    }

    private static int skipBlank(String field, int start, int end) {
        int at = start;
        while (at < end && isBlank(field.charAt(at))) {
            at++;
        }
        return at;
    }

    private static boolean isBlank(char character) {
        return character == ' ' || character == '\t';
    }
}
