package io.redisroles.cli.local;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.api.v1alpha1.RoleKind;
import io.redisroles.cli.CliException;
import io.redisroles.cli.resources.ResourceSet;
import io.redisroles.contract.ContractPaths;
import io.redisroles.operator.plan.PlanResult;
import io.redisroles.operator.plan.PlanSettings;
import io.redisroles.operator.plan.PolicyGrant;
import io.redisroles.operator.plan.PolicyPlan;
import io.redisroles.operator.plan.PolicyPlanner;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.plan.RolePlanner;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a set of resources means, all of it planned by the operator's planners.
 *
 * @param roles by key
 * @param policies by key
 */
record LocalPlans(
        Map<String, Planned<RedisRole, RolePlan>> roles, Map<String, Planned<AccessPolicy, PolicyPlan>> policies) {
    static final PlanSettings SETTINGS = new PlanSettings("redis:7", "redis-roles");

    /**
     * A resource, where it stands and what it means.
     *
     * @param <R> its kind
     * @param <P> its plan
     */
    record Planned<R, P>(ResourceSet.Sourced<R> source, PlanResult<P> result) {
        /** The problems, each with the file. */
        String describe(String kind, String key) {
            return source.file() + ": " + kind + " " + key + ": " + PlanResult.describe(result.problems());
        }
    }

    static LocalPlans of(ResourceSet resources) {
        RolePlanner planner = new RolePlanner(SETTINGS);
        Map<String, Planned<RedisRole, RolePlan>> roles = new LinkedHashMap<>();
        for (ResourceSet.Sourced<RedisRole> source : resources.roles()) {
            RedisRole role = source.resource();
            List<PolicyGrant> grants = resources.policies().stream()
                    .map(ResourceSet.Sourced::resource)
                    .filter(policy -> namespace(policy).equals(namespace(role)))
                    .flatMap(policy ->
                            PolicyPlanner.grant(policy, role.getMetadata().getName()).stream())
                    .toList();
            roles.put(key(role), new Planned<>(source, planner.plan(role, grants)));
        }
        Map<String, Planned<AccessPolicy, PolicyPlan>> policies = new LinkedHashMap<>();
        for (ResourceSet.Sourced<AccessPolicy> source : resources.policies()) {
            String namespace = namespace(source.resource());
            policies.put(
                    key(source.resource()),
                    new Planned<>(
                            source,
                            PolicyPlanner.plan(
                                    source.resource(),
                                    name -> Optional.ofNullable(roles.get(namespace + "/" + name))
                                            .flatMap(role -> role.result().plan()))));
        }
        return new LocalPlans(roles, policies);
    }

    static String key(HasMetadata resource) {
        return namespace(resource) + "/" + resource.getMetadata().getName();
    }

    /** Fails as an API server would refuse the resources, and where one machine cannot serve what a cluster could. */
    void requireServable() {
        roles.forEach((key, role) -> requireAccepted(role, "RedisRole", key));
        policies.forEach((key, policy) -> requireAccepted(policy, "AccessPolicy", key));
        if (roles.isEmpty()) {
            throw new CliException("no RedisRole in these files: there is nothing to serve");
        }
        if (policies.size() > 1) {
            throw new CliException("more than one AccessPolicy (" + String.join(", ", policies.keySet())
                    + "): one machine stands before one app; leave one of them");
        }
        neededPorts();
    }

    /** Fails as an API server would refuse the edit; a resource that cannot be planned is left to its status. */
    void requireEditOf(LocalPlans before) {
        roles.forEach((key, role) -> Optional.ofNullable(before.roles().get(key))
                .ifPresent(previous -> {
                    RoleKind was = previous.source().resource().getSpec().role();
                    RoleKind is = role.source().resource().getSpec().role();
                    if (is != was) {
                        throw new CliException(role.source().file() + ": RedisRole " + key + ": spec.role: \""
                                + is.jsonName() + "\" (expected: " + was.jsonName()
                                + ", because a role cannot be changed; create another)");
                    }
                }));
        if (policies.size() > 1) {
            throw new CliException("more than one AccessPolicy: one machine stands before one app; leave one of them");
        }
        neededPorts();
    }

    /** Fails if something listens already where this would serve. */
    void requireFreePorts(Ports ports) {
        neededPorts().forEach((port, purpose) -> ports.requireFree(ports.of(port), purpose));
    }

    /** Every port by its purpose; fails if two resources want the same one. */
    private Map<Integer, String> neededPorts() {
        Map<Integer, String> needed = new TreeMap<>();
        if (!policies.isEmpty()) {
            needed.put(ContractPaths.PROBE_PORT, "the sidecar's probes and metrics");
            needed.put(ContractPaths.ADMIN_PORT, "the sidecar's admin");
        }
        policies.forEach((key, policy) -> take(
                needed, policy.source().resource().getSpec().ports().get(0), "AccessPolicy " + key + ", spec.ports"));
        roles.forEach((key, role) -> role.result()
                .plan()
                .ifPresent(plan -> take(needed, plan.service().port(), "RedisRole " + key + ", spec.service.port")));
        return needed;
    }

    private static void take(Map<Integer, String> needed, int port, String purpose) {
        String other = needed.put(port, purpose);
        if (other != null) {
            throw new CliException(
                    "port " + port + " is wanted twice: " + other + "; " + purpose + ": change one of them");
        }
    }

    private static void requireAccepted(Planned<?, ?> planned, String kind, String key) {
        if (planned.result().plan().isEmpty()) {
            throw new CliException(planned.describe(kind, key));
        }
    }

    private static String namespace(HasMetadata resource) {
        return resource.getMetadata().getNamespace();
    }
}
