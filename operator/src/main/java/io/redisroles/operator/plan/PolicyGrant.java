package io.redisroles.operator.plan;

import io.redisroles.contract.Jwt;
import io.redisroles.contract.KeyNames;
import io.redisroles.contract.PolicySection;
import io.redisroles.contract.PolicySection.SessionSource;
import io.redisroles.contract.StoreName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a policy may do in a role's Redis.
 *
 * @param policy the AccessPolicy's name
 * @param stores what it uses this role for
 * @param namespace of both
 * @param session where its sessions are
 * @param longestMemory for how long at most one of its counters remembers
 */
public record PolicyGrant(
        String policy, Set<StoreName> stores, String namespace, PolicySection.Session session, Duration longestMemory) {
    /** What needs no key. Of the commands about connections, those that reach other clients are taken away again. */
    private static final List<String> KEYLESS = List.of(
            "resetchannels",
            "-@all",
            "+@connection",
            "-@admin",
            "-@dangerous",
            "+client|no-evict",
            "+script|load",
            "+time");

    private static final String SCRIPTS = "+evalsha +eval ";

    public PolicyGrant {
        stores = Set.copyOf(stores);
    }

    /**
     * The user of the policy's sidecars: writing its own counters, reading sessions and keeping them alive, nothing else. Each
     * right is a selector of its own, so that what is for counters holds for no session, even where one Redis has both.
     */
    AclUser user() {
        List<String> rules = new ArrayList<>(KEYLESS);
        // For /stats where sessions are, to notice lost counters where limits are.
        if (stores.contains(StoreName.SESSIONS) || stores.contains(StoreName.LIMITS)) {
            rules.add("+info");
        }
        if (stores.contains(StoreName.LIMITS)) {
            rules.add("(~" + KeyNames.ratePattern(namespace, policy) + " " + SCRIPTS
                    + "+get +set +setrange +pexpire +pttl)");
        }
        if (stores.contains(StoreName.SESSIONS)) {
            rules.addAll(sessionRules());
        }
        if (stores.contains(StoreName.SOCKETS)) {
            rules.add("(~" + String.join(" ~", KeyNames.SOCKET_PATTERNS) + " " + SCRIPTS
                    + "+set +hset +hdel +hgetall +del +pexpire)");
        }
        return new AclUser(RoleNames.policyUser(policy), AclUser.Login.PASSWORD, rules);
    }

    /**
     * Reading what proves who asks, moving the expiry of sessions and of nothing else, and telling Redis what is in use. API
     * keys, the state of JWTs and the usage of tokens only where the policy takes such credentials.
     */
    private List<String> sessionRules() {
        List<String> readOnly = new ArrayList<>(List.of(session.tokenPrefix()));
        if (takes(SessionSource.Kind.API_KEY)) {
            readOnly.add(session.apiKeyPrefix());
        }
        List<String> used = new ArrayList<>(List.of(session.prefix()));
        used.addAll(readOnly);
        if (session.jwt() instanceof Jwt.Verified jwt && !jwt.statePrefix().isEmpty()) {
            readOnly.add(jwt.statePrefix());
        }
        List<String> rules = new ArrayList<>();
        rules.add("(~" + session.prefix() + "* " + SCRIPTS + "+type +get +hmget +pttl +pexpire)");
        rules.add("(" + patterns(readOnly) + SCRIPTS + "+type +get +hmget +pttl)");
        rules.add("(" + patterns(used) + "+touch)");
        if (takes(SessionSource.Kind.BEARER_TOKEN)) {
            rules.add("(~" + KeyNames.TOKEN_META_PREFIX + "* " + SCRIPTS + "+hincrby +hset +pttl +pexpireat)");
        }
        return rules;
    }

    private boolean takes(SessionSource.Kind kind) {
        return session.sources().stream().anyMatch(source -> source.kind() == kind);
    }

    private static String patterns(List<String> prefixes) {
        return prefixes.stream().map(prefix -> "~" + prefix + "* ").collect(Collectors.joining());
    }
}
