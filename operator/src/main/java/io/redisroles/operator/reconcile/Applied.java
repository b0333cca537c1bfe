package io.redisroles.operator.reconcile;

import io.redisroles.operator.plan.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What came of applying children.
 *
 * @param written as {@code Kind/name}; empty in a steady state
 * @param conflicts names that somebody else's objects have
 * @param refused what the API server calls invalid: retrying would not help
 * @param warnings what was left out on purpose
 */
record Applied(List<String> written, List<String> conflicts, List<Problem> refused, List<Problem> warnings) {
    static final Applied NOTHING = new Applied(List.of(), List.of(), List.of(), List.of());

    static Applied written(String child) {
        return new Applied(List.of(child), List.of(), List.of(), List.of());
    }

    static Applied conflict(String child) {
        return new Applied(List.of(), List.of(child), List.of(), List.of());
    }

    static Applied refused(Problem problem) {
        return new Applied(List.of(), List.of(), List.of(problem), List.of());
    }

    static Applied warned(List<Problem> problems) {
        return new Applied(List.of(), List.of(), List.of(), problems);
    }

    Applied and(Applied more) {
        return new Applied(
                joined(written, more.written),
                joined(conflicts, more.conflicts),
                joined(refused, more.refused),
                joined(warnings, more.warnings));
    }

    private static <T> List<T> joined(List<T> first, List<T> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    /** Collects the outcomes of several children. */
    static Applied all(List<Applied> parts) {
        Applied whole = NOTHING;
        for (Applied part : new ArrayList<>(parts)) {
            whole = whole.and(part);
        }
        return whole;
    }
}
