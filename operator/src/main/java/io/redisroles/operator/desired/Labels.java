package io.redisroles.operator.desired;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.redisroles.operator.plan.PolicyPlan;
import io.redisroles.operator.plan.RolePlan;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The labels and owner references of everything that the operator makes; sorted, so that equal plans render equal text. */
public final class Labels {
    /** On every object; informers select by it. */
    public static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    /** The value of {@link #MANAGED_BY}. */
    public static final String OPERATOR = "redis-roles";
    /** The RedisRole that an object belongs to. */
    public static final String ROLE_NAME = "redisroles.io/role-name";
    /** What that RedisRole is for. */
    public static final String ROLE = "redisroles.io/role";
    /** The AccessPolicy that an object belongs to; on a pod: whose sidecar it has. */
    public static final String POLICY = "redisroles.io/policy";
    /** On the pod template: changes exactly when Redis must be restarted. */
    public static final String RESTART_HASH = "redisroles.io/restart-hash";
    /** On a pod of Redis: the beginning of the fingerprint of the certificate that its kubelet was last told to fetch. */
    public static final String CERTIFICATE = "redisroles.io/certificate";
    /** On every child: the digest of what was last applied, which tells a changed wish from a changed object. */
    public static final String APPLIED_HASH = "redisroles.io/applied-hash";

    /** On a RedisRole: every new value rotates its passwords. */
    public static final String ROTATE = "redisroles.io/rotate";
    /** As {@link #ROTATE}, but at once: the old passwords and logins end. */
    public static final String ROTATE_NOW = "redisroles.io/rotate-now";

    /** On a RedisRole: every new value exchanges the secret that identifiers in key names are hashed with. */
    public static final String ROTATE_IDENTIFIERS = "redisroles.io/rotate-identifiers";

    static final String API_VERSION = "redisroles.io/v1alpha1";

    private Labels() {}

    static SortedMap<String, String> of(RolePlan plan) {
        return new TreeMap<>(Map.of(
                MANAGED_BY,
                OPERATOR,
                "app.kubernetes.io/name",
                "redis",
                "app.kubernetes.io/instance",
                plan.names().base(),
                ROLE_NAME,
                plan.names().role(),
                ROLE,
                plan.role().jsonName()));
    }

    static SortedMap<String, String> of(PolicyPlan plan) {
        return new TreeMap<>(
                Map.of(MANAGED_BY, OPERATOR, "app.kubernetes.io/name", "redis-roles-sidecar", POLICY, plan.name()));
    }

    /** What selects a role's pods, and never changes. */
    static SortedMap<String, String> selector(RolePlan plan) {
        return new TreeMap<>(
                Map.of(MANAGED_BY, OPERATOR, ROLE_NAME, plan.names().role()));
    }

    static OwnerReference owner(RolePlan plan) {
        return owner("RedisRole", plan.names().role(), plan.uid());
    }

    static OwnerReference owner(PolicyPlan plan) {
        return owner("AccessPolicy", plan.name(), plan.uid());
    }

    private static OwnerReference owner(String kind, String name, String uid) {
        return new OwnerReferenceBuilder()
                .withApiVersion(API_VERSION)
                .withKind(kind)
                .withName(name)
                .withUid(uid)
                .withController(true)
                .withBlockOwnerDeletion(true)
                .build();
    }
}
