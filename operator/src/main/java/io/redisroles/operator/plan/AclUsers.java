package io.redisroles.operator.plan;

import io.redisroles.api.v1alpha1.Access;
import io.redisroles.api.v1alpha1.Consumer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Which users a role's Redis has and what each may do (Redis' ACL rules). */
final class AclUsers {
    /** Commands that would let a consumer leave its patterns or its Redis behind. */
    private static final Set<String> NEVER_GRANTED =
            Set.of("acl", "config", "debug", "failover", "module", "psync", "replicaof", "shutdown", "slaveof", "sync");

    private static final List<String> EVERYTHING = List.of("~*", "&*", "+@all");

    private AclUsers() {}

    static List<AclUser> of(List<Consumer> consumers, List<PolicyGrant> grants) {
        List<AclUser> users = new ArrayList<>();
        users.add(defaultUser(consumers));
        users.add(new AclUser(AclUser.OPERATOR, AclUser.Login.PASSWORD, EVERYTHING));
        users.add(new AclUser(AclUser.PROBE, AclUser.Login.ANY_PASSWORD, List.of("-@all", "+ping")));
        grants.forEach(grant -> users.add(grant.user()));
        consumers.forEach(consumer -> users.add(new AclUser(consumer.name(), AclUser.Login.PASSWORD, rules(consumer))));
        return List.copyOf(users);
    }

    /** What is wrong with a consumer's patterns and commands. */
    static List<String> check(Consumer consumer) {
        List<String> problems = new ArrayList<>();
        if (consumer.keys().isEmpty()) {
            problems.add("keys is empty (expected for example [\"session:*\"])");
        }
        consumer.keys().forEach(key -> checkPattern("keys", key, problems));
        consumer.channels().forEach(channel -> checkPattern("channels", channel, problems));
        for (String command : consumer.commands()) {
            if (!command.matches("[+-][a-z][a-z0-9.-]*([|][a-z0-9-]+)?")) {
                problems.add("commands: \"" + command + "\" is not +command or -command (for example +scan)");
            } else if (command.startsWith("+")
                    && NEVER_GRANTED.contains(command.substring(1).split("[|]", 2)[0])) {
                problems.add("commands: \"" + command
                        + "\" is never granted, because it leads out of the consumer's patterns:" + " remove it");
            }
        }
        return problems;
    }

    private static void checkPattern(String field, String pattern, List<String> problems) {
        if (pattern.isEmpty()
                || pattern.chars().anyMatch(c -> Character.isWhitespace(c) || Character.isISOControl(c))) {
            problems.add(field + ": \"" + pattern
                    + "\" is empty or has a space (expected a pattern, for example session:*)");
        }
    }

    /**
     * Off, so that nobody can log in as it, but with every right: Redis replays the transactions of its append-only file as the
     * default user and drops those that it may not run (seen with 7.0.9 and 7.0.15).
     */
    private static AclUser defaultUser(List<Consumer> consumers) {
        return consumers.stream()
                .filter(consumer -> Boolean.TRUE.equals(consumer.passwordOnly()))
                .findFirst()
                .map(consumer -> new AclUser(AclUser.DEFAULT, AclUser.Login.SHARED_PASSWORD, rules(consumer)))
                .orElseGet(() -> new AclUser(AclUser.DEFAULT, AclUser.Login.OFF, EVERYTHING));
    }

    /** SCAN and RANDOMKEY show names outside the patterns, so they are off unless listed. */
    private static List<String> rules(Consumer consumer) {
        List<String> rules = new ArrayList<>(List.of("resetchannels"));
        consumer.keys().forEach(key -> rules.add("~" + key));
        consumer.channels().forEach(channel -> rules.add("&" + channel));
        rules.addAll(List.of(
                consumer.access() == Access.READ_ONLY ? "+@read" : "+@all",
                "-@admin",
                "-@dangerous",
                "+info",
                "-scan",
                "-randomkey"));
        rules.addAll(consumer.commands());
        return rules;
    }
}
