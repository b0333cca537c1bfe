package io.redisroles.api.v1alpha1;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a list or map is that the user left out. */
final class Absent {
    private Absent() {}

    /**
     * Leaves out null items: where a reader turns enum values of a newer release into null, a record must not fail. Such a
     * reader reports what it did not know, or a rule for one method would become a rule for every method.
     */
    static <T> List<T> orEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : list.stream().filter(Objects::nonNull).toList();
    }

    /** Keeps the user's order. */
    static <V> Map<String, V> orEmpty(@Nullable Map<String, V> map) {
        return map == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }
}
