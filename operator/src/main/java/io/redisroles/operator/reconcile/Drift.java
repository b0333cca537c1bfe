package io.redisroles.operator.reconcile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Map;
import java.util.Set;

/**
 * Whether an object still has what was asked for. Only the fields that the wish sets are looked at, so what the API server or
 * others add is no drift; that the wish lost a field is told by its digest instead.
 */
final class Drift {
    private static final Set<String> QUANTITIES = Set.of("requests", "limits");

    private Drift() {}

    /** Whether every field of {@code wish} is in {@code actual} with the same value. */
    static boolean matches(JsonNode wish, JsonNode actual) {
        return matches(wish, actual, false);
    }

    /**
     * {@code actual} with the lists of {@code wish} where they differ. Server-side apply merges some lists by key and so keeps an
     * item that somebody else added or renamed.
     */
    static JsonNode withListsOf(JsonNode wish, JsonNode actual) {
        if (!wish.isObject() || !actual.isObject()) {
            return wish.isArray() && !matches(wish, actual) ? wish : actual;
        }
        ObjectNode mended = actual.deepCopy();
        for (Map.Entry<String, JsonNode> field : wish.properties()) {
            if (actual.has(field.getKey())) {
                mended.set(field.getKey(), withListsOf(field.getValue(), actual.get(field.getKey())));
            }
        }
        return mended;
    }

    private static boolean matches(JsonNode wish, JsonNode actual, boolean quantities) {
        if (wish.isObject()) {
            return matchesFields(wish, actual, quantities);
        }
        if (wish.isArray()) {
            return matchesItems(wish, actual);
        }
        return wish.isNull() || wish.equals(actual) || (quantities && sameQuantity(wish, actual));
    }

    private static boolean matchesFields(JsonNode wish, JsonNode actual, boolean quantities) {
        for (Map.Entry<String, JsonNode> field : wish.properties()) {
            boolean quantity = quantities || QUANTITIES.contains(field.getKey());
            if (!matches(field.getValue(), actual.path(field.getKey()), quantity)) {
                return false;
            }
        }
        return true;
    }

    private static boolean matchesItems(JsonNode wish, JsonNode actual) {
        if (wish.size() != actual.size()) {
            return false;
        }
        for (int i = 0; i < wish.size(); i++) {
            if (!matches(wish.get(i), actual.get(i), false)) {
                return false;
            }
        }
        return true;
    }

    private static boolean sameQuantity(JsonNode wish, JsonNode actual) {
        try {
            return actual.isTextual()
                    && Quantity.parse(wish.asText())
                                    .getNumericalAmount()
                                    .compareTo(Quantity.parse(actual.asText()).getNumericalAmount())
                            == 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
