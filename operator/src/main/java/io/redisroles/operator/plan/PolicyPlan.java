package io.redisroles.operator.plan;

import io.redisroles.contract.SidecarConfig;
import io.redisroles.contract.StoreName;
import java.util.Map;
import java.util.Optional;

/**
 * All that is decided about a policy.
 *
 * @param namespace of the AccessPolicy
 * @param name of the AccessPolicy
 * @param uid of the AccessPolicy, for owner references
 * @param roles the RedisRole behind each store
 * @param config what its sidecars read
 * @param limitsAtRisk the role of the limits, if it evicts and so can lose counters
 */
public record PolicyPlan(
        String namespace,
        String name,
        String uid,
        Map<StoreName, RolePlan> roles,
        SidecarConfig config,
        Optional<String> limitsAtRisk) {
    public PolicyPlan {
        roles = Map.copyOf(roles);
    }
}
