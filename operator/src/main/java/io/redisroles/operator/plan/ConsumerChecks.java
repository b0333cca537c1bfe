package io.redisroles.operator.plan;

import io.redisroles.api.v1alpha1.Consumer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What is wrong with the consumers of a role. */
final class ConsumerChecks {
    /** Commands that would let a consumer leave its patterns or its Redis behind. */
    private static final Set<String> NEVER_GRANTED = Set.of(
            "acl",
            "config",
            "debug",
            "failover",
            "migrate",
            "module",
            "monitor",
            "psync",
            "replconf",
            "replicaof",
            "shutdown",
            "slaveof",
            "slowlog",
            "swapdb",
            "sync");

    /** Of those, what only tells a client who it is. */
    private static final String HARMLESS = "acl|whoami";

    private final List<Problem> problems;
    private final List<Problem> warnings;

    ConsumerChecks(List<Problem> problems, List<Problem> warnings) {
        this.problems = problems;
        this.warnings = warnings;
    }

    void check(List<Consumer> consumers) {
        Set<String> names = new HashSet<>();
        for (Consumer consumer : consumers) {
            String field = "spec.consumers[" + consumer.name() + "]";
            checkName(field + ".name", consumer.name());
            if (!names.add(consumer.name())) {
                problem(field, "stands twice: give each consumer a name of its own");
            }
            if (consumer.keys().isEmpty()) {
                problem(field + ".keys", "empty (expected for example [\"session:*\"])");
            }
            consumer.keys().forEach(pattern -> checkPattern(field + ".keys", "~", pattern));
            consumer.channels().forEach(pattern -> checkPattern(field + ".channels", "&", pattern));
            consumer.commands().forEach(command -> checkCommand(field + ".commands", command));
        }
        if (consumers.stream()
                        .filter(consumer -> Boolean.TRUE.equals(consumer.passwordOnly()))
                        .count()
                > 1) {
            problem(
                    "spec.consumers",
                    "more than one has passwordOnly: true, but Redis has one default user: keep it for one of them");
        }
    }

    private void checkName(String field, String name) {
        if (name == null || !name.matches("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?") || name.equals(AclUser.DEFAULT)) {
            problem(
                    field,
                    "\"" + name + "\" is not a DNS label of at most 63 characters other than default (for example"
                            + " auth-service)");
        }
    }

    private void checkPattern(String field, String sign, String pattern) {
        if (pattern.isEmpty()
                || pattern.chars().anyMatch(c -> Character.isWhitespace(c) || Character.isISOControl(c))) {
            problem(field, "\"" + pattern + "\" is empty or has a space (expected a pattern, for example session:*)");
        } else if (pattern.startsWith(sign)) {
            problem(field, "\"" + pattern + "\" has the sign of an ACL (expected: " + pattern.substring(1) + ")");
        }
    }

    private void checkCommand(String field, String rule) {
        String command = rule.isEmpty() ? "" : rule.substring(1);
        if (!rule.startsWith("+") && !rule.startsWith("-")) {
            problem(field, "\"" + rule + "\" is not +command or -command (for example +scan)");
        } else if (isOfAModule(command)) {
            warnings.add(new Problem(
                    field, "\"" + rule + "\" is a module's command: an image without the module would not start"));
        } else if (!RedisCommands.contains(command)) {
            problem(
                    field,
                    "\"" + rule + "\" names no command of Redis 7.0, and Redis does not start with a rule that it does"
                            + " not know (expected for example +scan or +client|list)");
        } else if (rule.startsWith("+")
                && !command.equals(HARMLESS)
                && NEVER_GRANTED.contains(command.split("[|]", 2)[0])) {
            problem(
                    field,
                    "\"" + rule + "\" is never granted, because it leads out of the consumer's patterns: remove it");
        }
    }

    private static boolean isOfAModule(String command) {
        return command.matches("[a-z][a-z0-9]*[.][a-z0-9._-]+");
    }

    private void problem(String field, String message) {
        problems.add(new Problem(field, message));
    }
}
