package io.redisroles.operator.shard;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A label selector as JSON: {@code {"matchLabels":…,"matchExpressions":…}}. */
public final class SelectorText {
    private static final String NAME = "[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?";
    private static final String KEY = "([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?" + NAME;
    private static final String VALUE = "(" + NAME + ")?";

    private SelectorText() {}

    /**
     * Reads what the API server would accept as a selector.
     *
     * @return empty if it selects everything
     * @throws IllegalArgumentException if it cannot be one; the message says what was expected
     */
    public static Optional<LabelSelector> read(String json) {
        LabelSelector selector;
        try {
            selector = Optional.ofNullable(Serialization.unmarshal(json, LabelSelector.class))
                    .orElseThrow(() -> new IllegalArgumentException("nothing"));
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("a label selector in JSON", e);
        }
        check(
                selector.getAdditionalProperties().isEmpty(),
                "a label selector: matchLabels and matchExpressions, nothing else");
        selector.getMatchLabels().forEach((key, value) -> {
            check(key.matches(KEY), "the key of a label instead of " + key);
            check(value.matches(VALUE), "the value of a label instead of " + value);
        });
        selector.getMatchExpressions().forEach(SelectorText::check);
        return Optional.of(selector)
                .filter(given -> !given.getMatchLabels().isEmpty()
                        || !given.getMatchExpressions().isEmpty());
    }

    static String write(LabelSelector selector) {
        return Serialization.asJson(selector);
    }

    private static void check(LabelSelectorRequirement expression) {
        String operator = String.valueOf(expression.getOperator());
        List<String> values = Optional.ofNullable(expression.getValues()).orElse(List.of());
        check(
                Stream.of("In", "NotIn", "Exists", "DoesNotExist").anyMatch(operator::equals),
                "the operator In, NotIn, Exists or DoesNotExist instead of " + operator);
        check(String.valueOf(expression.getKey()).matches(KEY), "the key of a label instead of " + expression.getKey());
        check(
                values.isEmpty() != operator.endsWith("In"),
                operator.endsWith("In") ? "values beside " + operator : "no values beside " + operator);
        values.forEach(value -> check(value.matches(VALUE), "the value of a label instead of " + value));
    }

    private static void check(boolean usable, String expected) {
        if (!usable) {
            throw new IllegalArgumentException(expected);
        }
    }
}
