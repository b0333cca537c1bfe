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
    private static final List<String> CONNECTION =
            List.of("-@all", "+@connection", "+evalsha", "+eval", "+script|load", "+time");

    public PolicyGrant {
        stores = Set.copyOf(stores);
    }

    /** The user of the policy's sidecars: its own counters, and reading and touching sessions; nothing else. */
    AclUser user() {
        List<String> rules = new ArrayList<>(List.of("resetchannels"));
        List<String> commands = new ArrayList<>(CONNECTION);
        if (stores.contains(StoreName.LIMITS)) {
            rules.add("~" + KeyNames.ratePattern(namespace, policy));
            commands.addAll(List.of("+get", "+set", "+pexpire", "+pttl"));
        }
        if (stores.contains(StoreName.SESSIONS)) {
            rules.add("~" + session.prefix() + "*");
            rules.add("~" + session.tokenPrefix() + "*");
            commands.addAll(List.of("+type", "+get", "+hget", "+hmget", "+hgetall", "+pttl", "+pexpire", "+info"));
        }
        rules.addAll(commands.stream().distinct().toList());
        return new AclUser(RoleNames.policyUser(policy), AclUser.Login.PASSWORD, rules);
    }
}
