package io.redisroles.operator.plan;

import io.redisroles.api.v1alpha1.Access;
import io.redisroles.api.v1alpha1.Consumer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which users a role's Redis has and what each may do (Redis' ACL rules). Users and patterns stand in an order of their own,
 * not in the user's, so that moving a line restarts nothing.
 */
final class AclUsers {
    private static final List<String> EVERYTHING = List.of("~*", "&*", "+@all");

    /**
     * Off, so that nobody can log in as it, but with every right: Redis replays the transactions of its append-only file as the
     * default user and drops those that it may not run (seen with 7.0.9 and 7.0.15).
     */
    private static final AclUser DEFAULT_USER = new AclUser(AclUser.DEFAULT, AclUser.Login.OFF, EVERYTHING);

    private AclUsers() {}

    static List<AclUser> of(List<Consumer> consumers, List<PolicyGrant> grants) {
        List<AclUser> users = new ArrayList<>();
        users.add(DEFAULT_USER);
        users.add(new AclUser(AclUser.OPERATOR, AclUser.Login.PASSWORD, EVERYTHING));
        users.add(new AclUser(AclUser.PROBE, AclUser.Login.ANY_PASSWORD, List.of("-@all", "+ping")));
        grants.stream()
                .sorted(Comparator.comparing(PolicyGrant::policy))
                .map(PolicyGrant::user)
                .forEach(users::add);
        consumers.stream()
                .sorted(Comparator.comparing(Consumer::name))
                .map(consumer -> new AclUser(consumer.name(), AclUser.Login.PASSWORD, rules(consumer)))
                .forEach(users::add);
        return List.copyOf(users);
    }

    /** SCAN and RANDOMKEY show names outside the patterns, so they are off unless listed. */
    private static List<String> rules(Consumer consumer) {
        List<String> rules = new ArrayList<>(List.of("resetchannels"));
        patterns("~", consumer.keys()).forEach(rules::add);
        patterns("&", consumer.channels()).forEach(rules::add);
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

    /** Redis refuses an ACL file in which a pattern follows {@code *}, which covers it already. */
    private static Stream<String> patterns(String sign, List<String> patterns) {
        return patterns.contains("*")
                ? Stream.of(sign + "*")
                : patterns.stream().sorted().distinct().map(pattern -> sign + pattern);
    }
}
