package io.redisroles.cli.local;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
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
import io.redisroles.operator.plan.Problem;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.plan.RolePlanner;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;

/**
 * What a set of resources means, all of it planned by the operator's planners.
 *
 * @param roles by key
 * @param policies by key
 * @param secrets that policies may refer to
 */
record LocalPlans(
        Map<String, Planned<RedisRole, RolePlan>> roles,
        Map<String, Planned<AccessPolicy, PolicyPlan>> policies,
        List<ResourceSet.Sourced<Secret>> secrets) {
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

    /** What they mean on a cluster. */
    static LocalPlans of(ResourceSet resources) {
        return of(resources, new RolePlanner(SETTINGS)::plan);
    }

    /** What they mean on this machine: nothing on loopback is encrypted. */
    static LocalPlans here(ResourceSet resources) {
        return of(resources, LocalPlans::inClear);
    }

    private static PlanResult<RolePlan> inClear(RedisRole role, List<PolicyGrant> grants) {
        RolePlanner planner = new RolePlanner(SETTINGS);
        PlanResult<RolePlan> asWritten = planner.plan(role, grants);
        if (asWritten.plan().flatMap(RolePlan::tls).isEmpty()) {
            return asWritten;
        }
        RedisRole clear = new RedisRole();
        clear.setMetadata(role.getMetadata());
        clear.setSpec(role.getSpec().withoutTls());
        PlanResult<RolePlan> result = planner.plan(clear, grants);
        List<Problem> warnings = new ArrayList<>(result.warnings());
        warnings.add(new Problem("spec.tls", "not on this machine: connections on loopback are not encrypted"));
        return PlanResult.accepted(result.plan().orElseThrow(), warnings);
    }

    private static LocalPlans of(
            ResourceSet resources, BiFunction<RedisRole, List<PolicyGrant>, PlanResult<RolePlan>> planner) {
        Map<String, Planned<RedisRole, RolePlan>> roles = new LinkedHashMap<>();
        for (ResourceSet.Sourced<RedisRole> source : resources.roles()) {
            RedisRole role = source.resource();
            List<PolicyGrant> grants = resources.policies().stream()
                    .map(ResourceSet.Sourced::resource)
                    .filter(policy -> namespace(policy).equals(namespace(role)))
                    .flatMap(policy ->
                            PolicyPlanner.grant(policy, role.getMetadata().getName()).stream())
                    .toList();
            roles.put(key(role), new Planned<>(source, planner.apply(role, grants)));
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
        return new LocalPlans(roles, policies, resources.secrets());
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
        requireSecrets();
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
        requireSecrets();
        neededPorts();
    }

    /** The keys of the issuer that a policy believes; empty if they are in no Secret. */
    Optional<JwksFile> jwks(AccessPolicy policy) {
        return JwksFile.of(policy, secrets);
    }

    private void requireSecrets() {
        policies.values().forEach(policy -> jwks(policy.source().resource()));
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
        policies.forEach((key, policy) ->
                take(needed, onlyPort(key, policy.source().resource()), "AccessPolicy " + key + ", spec.ports"));
        roles.forEach((key, role) -> role.result()
                .plan()
                .ifPresent(plan -> take(needed, plan.service().port(), "RedisRole " + key + ", spec.service.port")));
        return needed;
    }

    /** A pod's containers say which ports they have and may have several; the app on this machine has one. */
    private static int onlyPort(String key, AccessPolicy policy) {
        List<Integer> ports = policy.getSpec().ports();
        if (ports.size() != 1) {
            throw new CliException(
                    "AccessPolicy " + key + ", spec.ports: " + (ports.isEmpty() ? "absent" : ports)
                            + " (expected here: exactly one, for example [8080], because one app with one port runs on this machine)");
        }
        return ports.get(0);
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
