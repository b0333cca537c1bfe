package io.redisroles.operator.plan;

import java.util.List;
import java.util.stream.Stream;

/**
 * A Redis user and its rights. Rights start from nothing, as in an ACL file.
 *
 * @param name of the user
 * @param login how it logs in
 * @param rules key patterns, channels, commands and selectors, in Redis' ACL syntax and order
 */
public record AclUser(String name, Login login, List<String> rules) {
    /** The operator itself, and the person who debugs with its binding. */
    public static final String OPERATOR = "_operator";
    /** The kubelet's probes. */
    public static final String PROBE = "_probe";
    /** Carries the digest of all users, to prove which revision a server has loaded; cannot log in. */
    public static final String REVISION = "_revision";
    /** Clients that send no user name. */
    public static final String DEFAULT = "default";

    /** How a user logs in. */
    public enum Login {
        /** With its own password. */
        PASSWORD,
        /** With any password: it may do nothing but PING. */
        ANY_PASSWORD,
        /** Not at all. */
        OFF
    }

    private static final String NO_WRITES = "-@write";

    public AclUser {
        rules = List.copyOf(rules);
    }

    /** The same user without the right to write, in selectors too. */
    AclUser withoutWrites() {
        return new AclUser(
                name,
                login,
                Stream.concat(
                                rules.stream()
                                        .map(rule -> rule.endsWith(")")
                                                ? rule.substring(0, rule.length() - 1) + " " + NO_WRITES + ")"
                                                : rule),
                                Stream.of(NO_WRITES))
                        .toList());
    }

    /** Whether it is somebody else's than the operator's: the ones that volumes are filled by. */
    boolean isClient() {
        return login == Login.PASSWORD && !name.equals(OPERATOR);
    }
}
