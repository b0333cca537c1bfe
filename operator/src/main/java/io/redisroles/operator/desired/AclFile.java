package io.redisroles.operator.desired;

import io.redisroles.operator.plan.AclUser;
import io.redisroles.operator.plan.ConsumerPlan;
import io.redisroles.operator.plan.RolePlan;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The ACL file of a role: one line for each user, passwords as SHA-256 only. In it the default user is always off; where a
 * consumer is {@code passwordOnly}, {@link #defaultUser} is applied to the running server once its data is loaded, because Redis
 * replays the transactions of its append-only file as the default user and drops those that it may not run.
 */
public final class AclFile {
    private AclFile() {}

    static String of(RolePlan plan, RoleCredentials credentials) {
        return users(plan, credentials) + "user " + AclUser.REVISION + " off #" + revision(plan, credentials)
                + " -@all\n";
    }

    /**
     * The digest that the user {@code _revision} carries as its password hash. A server that has that user with this digest
     * has loaded exactly this file.
     */
    public static String revision(RolePlan plan, RoleCredentials credentials) {
        return Digest.sha256(users(plan, credentials) + String.join(" ", defaultUser(plan, credentials)));
    }

    /** What {@code ACL SETUSER default} is given once the data is loaded; empty if the default user stays off. */
    public static List<String> defaultUser(RolePlan plan, RoleCredentials credentials) {
        return plan.consumers().stream()
                .filter(ConsumerPlan::passwordOnly)
                .flatMap(consumer ->
                        plan.users().stream().filter(user -> user.name().equals(consumer.name())))
                .findFirst()
                .map(user -> Stream.concat(
                                Stream.of(
                                        "reset",
                                        "on",
                                        "#" + credentials.of(user.name()).sha256()),
                                user.rules().stream())
                        .toList())
                .orElse(List.of());
    }

    private static String users(RolePlan plan, RoleCredentials credentials) {
        return plan.users().stream()
                .map(user -> "user " + user.name() + " " + login(user, credentials) + " "
                        + String.join(" ", user.rules()) + "\n")
                .collect(Collectors.joining());
    }

    private static String login(AclUser user, RoleCredentials credentials) {
        return switch (user.login()) {
            case PASSWORD -> "on #" + credentials.of(user.name()).sha256();
            case ANY_PASSWORD -> "on nopass";
            case OFF -> "off";
        };
    }
}
