package io.redisroles.operator.shard;

import io.fabric8.kubernetes.api.model.LabelSelector;
import java.util.Optional;
import java.util.Set;

/**
 * The namespaces that an operator is told to look after: by name, by label, or all.
 *
 * @param names empty if not by name
 * @param selector of the labels of namespaces; empty if not by label
 */
public record NamespaceChoice(Set<String> names, Optional<LabelSelector> selector) {
    /** Every namespace. */
    public static final NamespaceChoice ALL = new NamespaceChoice(Set.of(), Optional.empty());

    /** Refuses both at once. */
    public NamespaceChoice {
        names = Set.copyOf(names);
        if (!names.isEmpty() && selector.isPresent()) {
            throw new IllegalArgumentException("names: " + names + " (expected: none beside a selector)");
        }
    }

    /** These; all if empty. */
    public static NamespaceChoice named(Set<String> names) {
        return new NamespaceChoice(names, Optional.empty());
    }

    /** Those whose labels match now. */
    public static NamespaceChoice labelled(LabelSelector selector) {
        return new NamespaceChoice(Set.of(), Optional.of(selector));
    }

    @Override
    public String toString() {
        return selector.map(SelectorText::write)
                .orElseGet(() -> names.isEmpty()
                        ? "all"
                        : names.stream().sorted().toList().toString());
    }
}
