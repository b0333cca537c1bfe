package io.redisroles.operator.desired;

import io.fabric8.kubernetes.api.model.Secret;
import io.redisroles.contract.ContractPaths;
import io.redisroles.operator.plan.AclUser;
import io.redisroles.operator.plan.RolePlan;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The passwords of a role's users and the key of its hashed identifiers. Made once, kept in one Secret; whatever else holds a
 * password is derived from it. The state of a rotation is in the same Secret, so that an operator that ends in the middle of one
 * is followed by one that goes on.
 *
 * @param byUser passwords by ACL user
 * @param identifiers behind the keyed hashes in key names
 * @param rotation the last request to rotate that was taken up
 * @param endedLogins the last request to end all logins that was taken up; both are empty if there was none
 * @param made when all passwords last changed; empty if nobody noted it
 */
public record RoleCredentials(
        SortedMap<String, UserPasswords> byUser,
        IdentifierSecret identifiers,
        String rotation,
        String endedLogins,
        Optional<Instant> made) {
    public RoleCredentials {
        byUser = Collections.unmodifiableSortedMap(new TreeMap<>(byUser));
    }

    /**
     * Takes over what the Secret has and makes what it lacks; passwords of users that the plan no longer has are dropped.
     *
     * @param existing the credentials Secret, if there is one
     * @param random makes a new password
     */
    public static RoleCredentials complete(RolePlan plan, Optional<Secret> existing, Supplier<Password> random) {
        return complete(plan, existing, Map.of(), random);
    }

    /**
     * As above.
     *
     * @param elsewhere passwords in use by what other Secrets say, for users that the Secret lacks: they are rotated
     */
    public static RoleCredentials complete(
            RolePlan plan, Optional<Secret> existing, Map<String, Password> elsewhere, Supplier<Password> random) {
        CredentialsContent content = CredentialsContent.of(existing);
        SortedMap<String, UserPasswords> byUser = new TreeMap<>();
        plan.usersWithPassword()
                .forEach(user -> byUser.put(
                        user,
                        content.user(user)
                                .or(() -> Optional.ofNullable(elsewhere.get(user))
                                        .map(used -> UserPasswords.only(used).announcing(random)))
                                .orElseGet(() -> UserPasswords.only(random.get()))));
        return new RoleCredentials(
                byUser,
                content.identifiers().orElseGet(() -> IdentifierSecret.first(random.get())),
                content.text(CredentialsContent.ROTATION).orElse(""),
                content.text(CredentialsContent.ENDED_LOGINS).orElse(""),
                content.time(CredentialsContent.MADE));
    }

    /** What the Secret has; empty if it lacks a password that the plan needs. */
    public static Optional<RoleCredentials> read(RolePlan plan, Secret secret) {
        CredentialsContent content = CredentialsContent.of(Optional.of(secret));
        boolean complete = content.password(ContractPaths.IDENTIFIER_KEY).isPresent()
                && plan.usersWithPassword().allMatch(user -> content.user(user).isPresent());
        return complete
                ? Optional.of(complete(plan, Optional.of(secret), () -> {
                    throw new IllegalStateException("nothing is missing");
                }))
                : Optional.empty();
    }

    /** Whether a credentials Secret has a password of {@code user}. */
    public static boolean has(Secret secret, String user) {
        return CredentialsContent.of(Optional.of(secret)).user(user).isPresent();
    }

    /** The password that {@code user} is told. */
    public Password of(String user) {
        return passwords(user).current();
    }

    /** What the operator may get in with, the likeliest first: a server may have loaded an older generation. */
    public List<Password> ofOperator() {
        UserPasswords own = passwords(AclUser.OPERATOR);
        return Stream.of(Optional.of(own.current()), own.next(), own.last())
                .flatMap(Optional::stream)
                .toList();
    }

    /** Whether {@code password} is one that {@code user} has or just had. */
    public boolean knows(String user, Password password) {
        return passwords(user).knows(password);
    }

    /** What their Secret holds. */
    SortedMap<String, String> content() {
        return CredentialsContent.write(this);
    }

    /** The digests of all passwords that Redis accepts of {@code user}. */
    List<String> digests(String user) {
        return List.copyOf(passwords(user).digests());
    }

    private UserPasswords passwords(String user) {
        UserPasswords passwords = byUser.get(user);
        if (passwords == null) {
            throw new IllegalArgumentException("no password for user " + user);
        }
        return passwords;
    }
}
