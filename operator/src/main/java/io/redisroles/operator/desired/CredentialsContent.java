package io.redisroles.operator.desired;

import io.fabric8.kubernetes.api.model.Secret;
import io.redisroles.contract.ContractPaths;
import io.redisroles.operator.plan.AclUser;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The content of a credentials Secret.
 *
 * @param data as Kubernetes stores it, base64
 */
record CredentialsContent(Map<String, String> data) {
    static final String ROTATION = "rotation.requested";
    static final String ENDED_LOGINS = "rotation.ended-logins";
    static final String MADE = "rotation.time";
    private static final String FORMER_IDENTIFIERS = "identifier.former-key";
    private static final String FORMER_IDENTIFIERS_UNTIL = "identifier.former-until";
    private static final String IDENTIFIERS_REQUESTED = "identifier.requested";
    private static final String PASSWORD = ".password";
    private static final String RECORDED = ".sha256";
    private static final String NEXT = ".next";
    private static final String FORMER = ".former-sha256";
    private static final String UNTIL = ".former-until";
    private static final String LAST = ".last";

    static CredentialsContent of(Optional<Secret> secret) {
        return new CredentialsContent(secret.map(Secret::getData).orElse(Map.of()));
    }

    /** The passwords of {@code user}; empty if it has none. */
    Optional<UserPasswords> user(String user) {
        return password(user + PASSWORD)
                .map(current -> new UserPasswords(
                        current,
                        text(user + RECORDED).orElseGet(current::sha256),
                        password(user + NEXT),
                        former(user),
                        password(user + LAST)));
    }

    /** The secret behind hashed identifiers; empty if there is none. */
    Optional<IdentifierSecret> identifiers() {
        return password(ContractPaths.IDENTIFIER_KEY)
                .map(current -> new IdentifierSecret(
                        current,
                        password(FORMER_IDENTIFIERS)
                                .flatMap(former -> time(FORMER_IDENTIFIERS_UNTIL)
                                        .map(until -> new IdentifierSecret.Former(former, until))),
                        text(IDENTIFIERS_REQUESTED).orElse("")));
    }

    Optional<Password> password(String key) {
        return text(key).map(Password::new);
    }

    /** What is not base64, after an edit by hand, is taken for absent. */
    Optional<String> text(String key) {
        try {
            return Optional.ofNullable(data.get(key))
                    .filter(base64 -> !base64.isEmpty())
                    .map(base64 -> new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** A time; what is none, after an edit by hand, is taken for absent. */
    Optional<Instant> time(String key) {
        try {
            return text(key).map(Instant::parse);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private Optional<UserPasswords.Former> former(String user) {
        try {
            return text(user + FORMER)
                    .filter(digest -> digest.matches("[0-9a-f]{64}"))
                    .flatMap(digest ->
                            text(user + UNTIL).map(until -> new UserPasswords.Former(digest, Instant.parse(until))));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    static SortedMap<String, String> write(RoleCredentials credentials) {
        SortedMap<String, String> content = new TreeMap<>();
        credentials.byUser().forEach((user, passwords) -> {
            content.put(user + PASSWORD, passwords.current().value());
            content.put(user + RECORDED, passwords.recorded());
            passwords.next().ifPresent(next -> content.put(user + NEXT, next.value()));
            passwords.former().ifPresent(former -> {
                content.put(user + FORMER, former.sha256());
                content.put(user + UNTIL, former.until().toString());
            });
            if (user.equals(AclUser.OPERATOR)) {
                passwords.last().ifPresent(last -> content.put(user + LAST, last.value()));
            }
        });
        IdentifierSecret identifiers = credentials.identifiers();
        content.put(ContractPaths.IDENTIFIER_KEY, identifiers.current().value());
        identifiers.former().ifPresent(former -> {
            content.put(FORMER_IDENTIFIERS, former.key().value());
            content.put(FORMER_IDENTIFIERS_UNTIL, former.until().toString());
        });
        if (!identifiers.requested().isEmpty()) {
            content.put(IDENTIFIERS_REQUESTED, identifiers.requested());
        }
        if (!credentials.rotation().isEmpty()) {
            content.put(ROTATION, credentials.rotation());
        }
        if (!credentials.endedLogins().isEmpty()) {
            content.put(ENDED_LOGINS, credentials.endedLogins());
        }
        credentials.made().ifPresent(made -> content.put(MADE, made.toString()));
        return content;
    }
}
