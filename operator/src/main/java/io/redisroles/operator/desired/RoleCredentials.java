package io.redisroles.operator.desired;

import io.fabric8.kubernetes.api.model.Secret;
import io.redisroles.contract.ContractPaths;
import io.redisroles.operator.plan.RolePlan;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The passwords of a role's users and the key of its hashed identifiers. Made once, kept in one Secret; whatever else holds a
 * password is derived from it.
 *
 * @param byUser passwords by ACL user
 * @param identifierKey behind the keyed hashes in key names
 */
public record RoleCredentials(SortedMap<String, Password> byUser, Password identifierKey) {
    /**
     * Takes over what the Secret has and makes what it lacks; passwords of users that the plan no longer has are dropped.
     *
     * @param existing the credentials Secret, if there is one
     * @param random makes a new password
     */
    public static RoleCredentials complete(RolePlan plan, Optional<Secret> existing, Supplier<Password> random) {
        Map<String, String> data = existing.map(Secret::getData).orElse(Map.of());
        SortedMap<String, Password> byUser = new TreeMap<>();
        plan.usersWithPassword().forEach(user -> byUser.put(user, take(data, passwordKey(user), random)));
        return new RoleCredentials(byUser, take(data, ContractPaths.IDENTIFIER_KEY, random));
    }

    /** What the Secret has; empty if it lacks a password that the plan needs. */
    public static Optional<RoleCredentials> read(RolePlan plan, Secret secret) {
        Map<String, String> data = Optional.ofNullable(secret.getData()).orElse(Map.of());
        boolean complete = Stream.concat(
                        plan.usersWithPassword().map(RoleCredentials::passwordKey),
                        Stream.of(ContractPaths.IDENTIFIER_KEY))
                .noneMatch(key -> data.getOrDefault(key, "").isEmpty());
        return complete
                ? Optional.of(complete(plan, Optional.of(secret), () -> {
                    throw new IllegalStateException("nothing is missing");
                }))
                : Optional.empty();
    }

    /** The password of {@code user}. */
    public Password of(String user) {
        Password password = byUser.get(user);
        if (password == null) {
            throw new IllegalArgumentException("no password for user " + user);
        }
        return password;
    }

    static String passwordKey(String user) {
        return user + ".password";
    }

    private static Password take(Map<String, String> data, String key, Supplier<Password> random) {
        return Optional.ofNullable(data.get(key))
                .filter(base64 -> !base64.isEmpty())
                .map(Password::fromSecretData)
                .orElseGet(random);
    }
}
