package io.redisroles.operator.desired;

import io.redisroles.operator.plan.AclUser;
import io.redisroles.operator.plan.ConsumerPlan;
import io.redisroles.operator.plan.RolePlan;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The ACL file of a role: one line for each user, passwords as SHA-256 only. In it the default user is always off; where a
 * consumer is {@code passwordOnly}, the running server is given another once its data is loaded, because Redis replays the
 * transactions of its append-only file as the default user and drops those that it may not run.
 */
public final class AclFile {
    private AclFile() {}

    /** Whether a server is yet to load its data. */
    enum Form {
        /** Read at the start: the default user is off. */
        FILE,
        /** After it: the default user is as wished. */
        RUNNING
    }

    static String of(RolePlan plan, RoleCredentials credentials) {
        return users(plan, credentials, Form.FILE).stream().map(RedisUser::line).collect(Collectors.joining())
                + LiveSettings.of(plan, credentials).bookkeeping().line();
    }

    /** The digest of all users of a running server. */
    public static String revision(RolePlan plan, RoleCredentials credentials) {
        return LiveSettings.of(plan, credentials).revision();
    }

    static List<RedisUser> users(RolePlan plan, RoleCredentials credentials, Form form) {
        Optional<RedisUser> opened =
                form == Form.FILE ? Optional.empty() : passwordOnly(plan).map(user -> opened(user, credentials));
        return plan.users().stream()
                .map(user -> user.name().equals(AclUser.DEFAULT)
                        ? opened.orElseGet(() -> user(user, credentials))
                        : user(user, credentials))
                .toList();
    }

    private static Optional<AclUser> passwordOnly(RolePlan plan) {
        return plan.consumers().stream()
                .filter(ConsumerPlan::passwordOnly)
                .flatMap(consumer ->
                        plan.users().stream().filter(user -> user.name().equals(consumer.name())))
                .findFirst();
    }

    /** The default user with the rights and passwords of another. */
    private static RedisUser opened(AclUser user, RoleCredentials credentials) {
        return new RedisUser(AclUser.DEFAULT, user(user, credentials).login(), user.rules());
    }

    private static RedisUser user(AclUser user, RoleCredentials credentials) {
        List<String> login = switch (user.login()) {
            case PASSWORD ->
                Stream.concat(
                                Stream.of("on"),
                                credentials.digests(user.name()).stream().map(digest -> "#" + digest))
                        .toList();
            case ANY_PASSWORD -> List.of("on", "nopass");
            case OFF -> List.of("off");
        };
        return new RedisUser(user.name(), login, user.rules());
    }
}
