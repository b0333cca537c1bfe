package io.redisroles.operator.plan;

import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.AccessPolicySpec;
import io.redisroles.api.v1alpha1.AccessRule;
import io.redisroles.contract.ContractPaths;
import io.redisroles.contract.PodSection;
import io.redisroles.contract.SessionRequirement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What is wrong with the frame of a policy: its name, its pods, its ports, and the roles that its rules need. */
final class PolicyChecks {
    private final List<Problem> problems = new ArrayList<>();

    private PolicyChecks() {}

    /** Every problem; empty if the sections of the policy can be looked at. */
    static List<Problem> of(AccessPolicy policy) {
        PolicyChecks checks = new PolicyChecks();
        checks.checkName(policy.getMetadata().getName());
        AccessPolicySpec spec = policy.getSpec();
        if (spec == null) {
            checks.problem("spec", "absent (expected: selector, ports, roles and rules)");
        } else {
            checks.checkTarget(spec);
            if (spec.roles() == null) {
                checks.problem("spec.roles", "absent (expected: limits, sessions or both)");
            } else {
                spec.rules().forEach(rule -> checks.checkNeeds(rule, spec.roles()));
            }
        }
        return List.copyOf(checks.problems);
    }

    private void checkName(String name) {
        if (name == null || !name.matches("[a-z]([-a-z0-9]{0,38}[a-z0-9])?")) {
            problem(
                    "metadata.name",
                    "\"" + name + "\" is not a DNS label of at most 40 characters that starts with a letter (for"
                            + " example gateway)");
        }
    }

    private void checkTarget(AccessPolicySpec spec) {
        if (spec.selector() == null) {
            problem("spec.selector", "absent (expected for example matchLabels: {app: gateway})");
        }
        if (spec.ports().size() > PodSection.MAX_PORTS) {
            problem("spec.ports", spec.ports() + " (expected: at most " + PodSection.MAX_PORTS + " container ports)");
        }
        Set<Integer> seen = new HashSet<>();
        for (int port : spec.ports()) {
            checkPort("spec.ports", port);
            if (ContractPaths.isReserved(port)) {
                problem("spec.ports", port + " is the sidecar's own (expected: ports that the app listens on)");
            }
            if (!seen.add(port)) {
                problem("spec.ports", port + " is there twice (expected: each port once)");
            }
            if (spec.opaquePorts().contains(port)) {
                problem("spec.ports", port + " is in spec.opaquePorts too (expected: one of them)");
            }
        }
        spec.opaquePorts().forEach(port -> checkPort("spec.opaquePorts", port));
    }

    private void checkPort(String field, int port) {
        if (port < 1 || port > 65535) {
            problem(field, port + " is not a port (expected: 1 to 65535)");
        }
    }

    private void checkNeeds(AccessRule rule, AccessPolicySpec.Roles roles) {
        if (!rule.limits().isEmpty() && roles.limits() == null) {
            problem(
                    "spec.roles.limits",
                    "absent, but rule " + rule.name() + " has limits: name the RedisRole that counts");
        }
        if (rule.session() != SessionRequirement.NONE && roles.sessions() == null) {
            problem(
                    "spec.roles.sessions",
                    "absent, but rule " + rule.name()
                            + " asks for a session: name the RedisRole that has the sessions");
        }
    }

    private void problem(String field, String message) {
        problems.add(new Problem(field, message));
    }
}
