package io.redisroles.operator;

import io.redisroles.operator.plan.PlanSettings;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the operator is started with; the only reader of the environment.
 *
 * @param watchedNamespaces all if empty
 * @param plan what planning needs to know
 * @param healthPort where probes are answered; 0 for any free one
 * @param threads how many resources of one kind are reconciled at once
 */
public record OperatorSettings(Set<String> watchedNamespaces, PlanSettings plan, int healthPort, int threads) {
    private static final String DEFAULT_REDIS_IMAGE = "docker.io/library/redis:7.2.7";
    private static final String NAMESPACE = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";

    public OperatorSettings {
        watchedNamespaces = Set.copyOf(watchedNamespaces);
    }

    /** A setting that cannot be used; the message says which, its value, and what was expected. */
    public static final class InvalidException extends RuntimeException {
        InvalidException(String message) {
            super(message);
        }
    }

    /**
     * Reads the environment.
     *
     * @throws InvalidException if a setting cannot be used
     */
    public static OperatorSettings fromEnvironment(Map<String, String> environment) {
        return new OperatorSettings(
                namespaces(environment),
                new PlanSettings(
                        text(environment, "DEFAULT_REDIS_IMAGE", DEFAULT_REDIS_IMAGE, "\\S+", "an image"),
                        text(environment, "OPERATOR_NAMESPACE", "", NAMESPACE, "the namespace of the operator's pods")),
                number(environment, "HEALTH_PORT", 8080, 65535),
                number(environment, "RECONCILE_THREADS", 8, 256));
    }

    private static Set<String> namespaces(Map<String, String> environment) {
        Set<String> names = Arrays.stream(
                        environment.getOrDefault("WATCH_NAMESPACES", "").split(",", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toSet());
        for (String name : names) {
            check(name.matches(NAMESPACE), "WATCH_NAMESPACES", name, "names of namespaces, separated by commas");
        }
        return names;
    }

    private static String text(
            Map<String, String> environment, String name, String absent, String pattern, String expected) {
        String given = environment.getOrDefault(name, "");
        String value = given.isBlank() ? absent : given;
        check(value.matches(pattern), name, value, expected);
        return value;
    }

    private static int number(Map<String, String> environment, String name, int absent, int most) {
        String value = text(environment, name, String.valueOf(absent), ".*", "");
        boolean usable = value.matches("\\d{1,6}") && Integer.parseInt(value) >= 1 && Integer.parseInt(value) <= most;
        check(usable, name, value, "a number from 1 to " + most);
        return Integer.parseInt(value);
    }

    private static void check(boolean usable, String name, String value, String expected) {
        if (!usable) {
            throw new InvalidException(name + ": \"" + value + "\" (expected: " + expected + ")");
        }
    }
}
