package io.redisroles.operator.reading;

import java.util.AbstractMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A map that is nearly always empty and takes 24 bytes then, where a {@link LinkedHashMap} takes 56. Every part of a Kubernetes
 * resource has one, for the fields that its class does not know: two hundred for each role.
 */
final class SparseMap extends AbstractMap<String, Object> {
    private @Nullable Map<String, Object> entries;

    @Override
    public Set<Entry<String, Object>> entrySet() {
        return Optional.ofNullable(entries).map(Map::entrySet).orElseGet(Set::of);
    }

    @Override
    public @Nullable Object put(String key, Object value) {
        if (entries == null) {
            entries = new LinkedHashMap<>();
        }
        return entries.put(key, value);
    }
}
