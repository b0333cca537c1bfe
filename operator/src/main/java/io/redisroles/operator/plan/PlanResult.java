package io.redisroles.operator.plan;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What planning came to. Invalid user input is a value, not an exception.
 *
 * @param <P> the plan
 */
public sealed interface PlanResult<P> {
    /** The plan, if the resource can be done as written. */
    Optional<P> plan();

    /** What is wrong; empty if accepted. */
    List<Problem> problems();

    /** What works but is unwise. */
    List<Problem> warnings();

    static <P> PlanResult<P> accepted(P plan, List<Problem> warnings) {
        return new Accepted<>(plan, warnings);
    }

    static <P> PlanResult<P> rejected(List<Problem> problems) {
        return new Rejected<>(problems);
    }

    /** All problems in one line. */
    static String describe(List<Problem> problems) {
        return problems.stream().map(Problem::toString).collect(Collectors.joining("; "));
    }

    /** It can be done. */
    record Accepted<P>(P accepted, List<Problem> warnings) implements PlanResult<P> {
        public Accepted {
            warnings = List.copyOf(warnings);
        }

        @Override
        public Optional<P> plan() {
            return Optional.of(accepted);
        }

        @Override
        public List<Problem> problems() {
            return List.of();
        }
    }

    /** It cannot, until the user changes it. */
    record Rejected<P>(List<Problem> problems) implements PlanResult<P> {
        public Rejected {
            problems = List.copyOf(problems);
        }

        @Override
        public Optional<P> plan() {
            return Optional.empty();
        }

        @Override
        public List<Problem> warnings() {
            return List.of();
        }
    }
}
