package io.redisroles.operator.plan;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.redisroles.contract.KeyNames;
import io.redisroles.contract.PolicySection;
import io.redisroles.contract.StoreName;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What a policy may do in a role's Redis, and which pods may reach it for that.
 *
 * @param policy the AccessPolicy's name
 * @param pods that the policy selects
 * @param stores what it uses this role for
 * @param namespace of both
 * @param session where its sessions are
 */
public record PolicyGrant(
        String policy, LabelSelector pods, Set<StoreName> stores, String namespace, PolicySection.Session session) {
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
     * The user of the policy's sidecars: writing its own counters, reading and touching sessions, nothing else. Each right is
     * a selector of its own, so that what is for counters holds for no session, even where one Redis has both.
     */
    AclUser user() {
        List<String> rules = new ArrayList<>(KEYLESS);
        if (stores.contains(StoreName.SESSIONS)) {
            rules.add("+info");
        }
        if (stores.contains(StoreName.LIMITS)) {
            rules.add("(~" + KeyNames.ratePattern(namespace, policy) + " " + SCRIPTS + "+get +set +pexpire +pttl)");
        }
        if (stores.contains(StoreName.SESSIONS)) {
            rules.add("(~" + session.prefix() + "* ~" + session.tokenPrefix() + "* " + SCRIPTS
                    + "+type +get +hget +hmget +hgetall +pttl +pexpire)");
        }
        return new AclUser(RoleNames.policyUser(policy), AclUser.Login.PASSWORD, rules);
    }
}
