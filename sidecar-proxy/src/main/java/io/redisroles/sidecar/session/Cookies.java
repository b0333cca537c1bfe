package io.redisroles.sidecar.session;

import java.util.ArrayList;
import java.util.List;

/** Reads {@code Cookie} fields (RFC 6265 §4.2.1). */
final class Cookies {
    private Cookies() {}

    /** The different values of the cookies called {@code name} (case-sensitive), without the quotes that may enclose one. */
    static List<String> values(List<String> fields, String name) {
        List<String> values = new ArrayList<>();
        for (String field : fields) {
            for (String pair : field.split(";", -1)) {
                int equals = pair.indexOf('=');
                if (equals > 0 && pair.substring(0, equals).strip().equals(name)) {
                    String value = unquote(pair.substring(equals + 1).strip());
                    if (!values.contains(value)) {
                        values.add(value);
                    }
                }
            }
        }
        return values;
    }

    private static String unquote(String value) {
        return value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")
                ? value.substring(1, value.length() - 1)
                : value;
    }
}
