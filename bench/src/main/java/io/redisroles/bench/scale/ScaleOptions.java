package io.redisroles.bench.scale;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is measured.
 *
 * @param home the checkout's folder
 * @param java that runs the operator
 * @param roles each with a redis-server of its own
 * @param namespaces over which they are spread
 * @param changes of one role among all, one after the other
 * @param samples deleted children, and drifts inside Redis
 * @param steady how long nothing is done
 * @param secrets made that are not the operator's
 */
record ScaleOptions(
        Path home, String java, int roles, int namespaces, int changes, int samples, Duration steady, int secrets) {
    private static final Map<String, String> DEFAULTS = Map.of(
            "java", Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "roles", "1000",
            "namespaces", "20",
            "changes", "200",
            "samples", "20",
            "minutes", "10",
            "secrets", "10000");

    /**
     * Reads a command line: the checkout's folder, then {@code name=value}.
     *
     * @throws IllegalArgumentException which names the argument, and what was expected
     */
    static ScaleOptions of(List<String> arguments) {
        if (arguments.isEmpty()) {
            throw new IllegalArgumentException("no arguments (expected: the checkout's folder, then NAME=VALUE of "
                    + String.join(", ", new TreeMap<>(DEFAULTS).keySet()) + ")");
        }
        Map<String, String> given = new TreeMap<>(DEFAULTS);
        for (String argument : arguments.subList(1, arguments.size())) {
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            if (equals < 0 || !DEFAULTS.containsKey(name)) {
                throw new IllegalArgumentException("\"" + argument + "\" (expected: NAME=VALUE with a name of "
                        + String.join(", ", new TreeMap<>(DEFAULTS).keySet()) + ")");
            }
            given.put(name, argument.substring(equals + 1));
        }
        int roles = number(given, "roles", 1, 5000);
        return new ScaleOptions(
                Path.of(arguments.get(0)).toAbsolutePath().normalize(),
                given.getOrDefault("java", ""),
                roles,
                Math.min(roles, number(given, "namespaces", 1, 1000)),
                number(given, "changes", 1, 100_000),
                Math.min(roles, number(given, "samples", 1, 1000)),
                Duration.ofMinutes(number(given, "minutes", 1, 1440)),
                number(given, "secrets", 0, 100_000));
    }

    private static int number(Map<String, String> given, String name, int least, int most) {
        String value = given.getOrDefault(name, "");
        if (!value.matches("\\d{1,6}") || Integer.parseInt(value) < least || Integer.parseInt(value) > most) {
            throw new IllegalArgumentException(
                    name + "=" + value + " (expected: a number from " + least + " to " + most + ")");
        }
        return Integer.parseInt(value);
    }
}
