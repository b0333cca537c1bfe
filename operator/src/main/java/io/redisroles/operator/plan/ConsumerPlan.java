package io.redisroles.operator.plan;

import io.fabric8.kubernetes.api.model.LabelSelector;
import java.util.Optional;

/**
 * A workload that may use a role.
 *
 * @param name its ACL user
 * @param pods that the NetworkPolicy admits; none if empty
 * @param passwordOnly whether Redis' default user has its rights and password
 */
public record ConsumerPlan(String name, Optional<LabelSelector> pods, boolean passwordOnly) {}
