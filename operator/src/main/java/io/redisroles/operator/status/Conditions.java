package io.redisroles.operator.status;

import io.redisroles.api.v1alpha1.Condition;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Conditions in the making: each is set once, in the order in which they are shown. A condition whose status does not change
 * keeps its transition time.
 */
public final class Conditions {
    private final List<Condition> previous;
    private final long generation;
    private final Instant now;
    private final List<Condition> next = new ArrayList<>();

    Conditions(List<Condition> previous, long generation, Instant now) {
        this.previous = previous;
        this.generation = generation;
        this.now = now;
    }

    void isTrue(ConditionType type, ConditionReason reason, String message) {
        set(type, "True", reason, message);
    }

    void isFalse(ConditionType type, ConditionReason reason, String message) {
        set(type, "False", reason, message);
    }

    void isUnknown(ConditionType type, ConditionReason reason, String message) {
        set(type, "Unknown", reason, message);
    }

    List<Condition> list() {
        return List.copyOf(next);
    }

    /** The conditions set, and after them those of before that were not set again. */
    List<Condition> listWithRest() {
        List<Condition> all = new ArrayList<>(next);
        previous.stream()
                .filter(before ->
                        next.stream().noneMatch(condition -> condition.type().equals(before.type())))
                .forEach(all::add);
        return List.copyOf(all);
    }

    /** The condition of {@code type} in a status. */
    public static Optional<Condition> find(List<Condition> conditions, ConditionType type) {
        return conditions.stream()
                .filter(condition -> condition.type().equals(type.text()))
                .findFirst();
    }

    /** Whether the condition of {@code type} is there and True. */
    public static boolean isTrue(List<Condition> conditions, ConditionType type) {
        return find(conditions, type)
                .filter(condition -> condition.status().equals("True"))
                .isPresent();
    }

    private void set(ConditionType type, String status, ConditionReason reason, String message) {
        String since = find(previous, type)
                .filter(condition -> condition.status().equals(status))
                .map(Condition::lastTransitionTime)
                .orElseGet(() -> now.truncatedTo(ChronoUnit.SECONDS).toString());
        next.add(new Condition(type.text(), status, reason.text(), message, since, generation));
    }
}
