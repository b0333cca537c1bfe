package io.redisroles.operator.desired;

import io.redisroles.operator.plan.AclUser;
import io.redisroles.operator.plan.ConsumerPlan;
import io.redisroles.operator.plan.RolePlan;
import java.util.stream.Collectors;

/** The ACL file of a role: one line for each user, passwords as SHA-256 only. */
public final class AclFile {
    private AclFile() {}

    static String of(RolePlan plan, RoleCredentials credentials) {
        String users = users(plan, credentials);
        return users + "user " + AclUser.REVISION + " off #" + Digest.sha256(users) + " -@all\n";
    }

    /**
     * The digest that the user {@code _revision} carries as its password hash. A server that has that user with this digest
     * has loaded exactly this file.
     */
    public static String revision(RolePlan plan, RoleCredentials credentials) {
        return Digest.sha256(users(plan, credentials));
    }

    private static String users(RolePlan plan, RoleCredentials credentials) {
        return plan.users().stream()
                .map(user -> "user " + user.name() + " " + login(user, plan, credentials) + " "
                        + String.join(" ", user.rules()) + "\n")
                .collect(Collectors.joining());
    }

    private static String login(AclUser user, RolePlan plan, RoleCredentials credentials) {
        return switch (user.login()) {
            case PASSWORD -> "on #" + credentials.of(user.name()).sha256();
            case SHARED_PASSWORD -> "on #" + credentials.of(passwordOnly(plan)).sha256();
            case ANY_PASSWORD -> "on nopass";
            case OFF -> "off";
        };
    }

    private static String passwordOnly(RolePlan plan) {
        return plan.consumers().stream()
                .filter(ConsumerPlan::passwordOnly)
                .findFirst()
                .map(ConsumerPlan::name)
                .orElseThrow();
    }
}
