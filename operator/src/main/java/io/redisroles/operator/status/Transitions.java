package io.redisroles.operator.status;

import io.redisroles.api.v1alpha1.Condition;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The Events that a change of conditions is worth: one for each whose status or reason changed, and one for each further
 * threshold that a filling role crosses and each renewed certificate.
 */
public final class Transitions {
    private static final Set<String> GOOD_WHEN_FALSE =
            Set.of(ConditionType.NAME_CONFLICT.text(), ConditionType.CONFLICTED.text());

    /** Reasons that deserve a look although the condition is good. */
    private static final Set<String> WARNINGS =
            Set.of(ConditionReason.UNWISE.text(), ConditionReason.AOF_TRUNCATED.text());

    /** Whose message alone is worth an Event when it changes. */
    private static final Set<String> TOLD_AGAIN =
            Set.of(ConditionReason.NEAR_FULL.text(), ConditionReason.SERVED.text());

    private Transitions() {}

    /**
     * One Event.
     *
     * @param warning whether somebody should look
     * @param reason the condition's reason, for example {@code NearFull}
     * @param message for people: the condition's type and status, and why
     */
    public record RoleEvent(boolean warning, String reason, String message) {}

    /** What changed from one list of conditions to the next. */
    public static List<RoleEvent> between(List<Condition> previous, List<Condition> next) {
        return next.stream()
                .filter(condition -> changed(find(previous, condition.type()), condition))
                .map(condition -> new RoleEvent(
                        isBad(condition),
                        condition.reason(),
                        condition.type() + "=" + condition.status() + ": " + condition.message()))
                .toList();
    }

    private static Optional<Condition> find(List<Condition> conditions, String type) {
        return conditions.stream()
                .filter(condition -> condition.type().equals(type))
                .findFirst();
    }

    private static boolean changed(Optional<Condition> before, Condition after) {
        if (before.isEmpty()) {
            return !after.status().equals("Unknown");
        }
        return !before.get().status().equals(after.status())
                || !before.get().reason().equals(after.reason())
                || (TOLD_AGAIN.contains(after.reason())
                        && !before.get().message().equals(after.message()));
    }

    /**
     * NameConflict and Conflicted are good when False and every other condition when True, unless its reason is a warning.
     * Progressing is neither.
     */
    private static boolean isBad(Condition condition) {
        if (condition.type().equals(ConditionType.PROGRESSING.text())) {
            return false;
        }
        String good = GOOD_WHEN_FALSE.contains(condition.type()) ? "False" : "True";
        return !condition.status().equals(good) || WARNINGS.contains(condition.reason());
    }
}
