package io.redisroles.operator.plan;

import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.AccessPolicySpec;
import io.redisroles.api.v1alpha1.RoleKind;
import io.redisroles.contract.ContractPaths;
import io.redisroles.contract.Endpoint;
import io.redisroles.contract.PolicySection;
import io.redisroles.contract.SidecarConfig;
import io.redisroles.contract.StaticSection;
import io.redisroles.contract.StoreName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Decides what an AccessPolicy means. Pure: the same policy and roles give the same plan. */
public final class PolicyPlanner {
    /**
     * The most that a call may take. Generous, because a Redis whose CPU limit is used up stands still for most of a 100 ms
     * period of the kernel's scheduler, twice where its node is full too, and a refused request is worse than a late one. What
     * a dead Redis costs does not depend on it: a sidecar waits for a tenth, 25 ms, where Redis has lately been fast.
     */
    private static final Duration STORE_TIMEOUT = Duration.ofMillis(250);

    private static final Duration UPSTREAM_TIMEOUT = Duration.ofSeconds(60);

    /** Where a policy leaves it to each pod's container ports. */
    private static final int USUAL_PORT = 8080;

    private PolicyPlanner() {}

    /**
     * What a policy needs of the role called {@code role}; empty if it does not refer to it or could not be let in safely. A
     * policy whose rules are wrong keeps its access, because its sidecars go on with the last good ones.
     */
    public static Optional<PolicyGrant> grant(AccessPolicy policy, String role) {
        if (!PolicyChecks.of(policy).isEmpty()) {
            return Optional.empty();
        }
        Set<StoreName> stores = EnumSet.noneOf(StoreName.class);
        references(policy.getSpec()).forEach((store, name) -> {
            if (name.equals(role)) {
                stores.add(store);
            }
        });
        if (stores.isEmpty()) {
            return Optional.empty();
        }
        return PolicySections.sessionOf(policy.getSpec())
                .map(session -> new PolicyGrant(
                        policy.getMetadata().getName(),
                        stores,
                        policy.getMetadata().getNamespace(),
                        session,
                        longestMemory(policy)));
    }

    /** Sidecars of a policy whose rules are wrong may count by any that it ever had. */
    private static Duration longestMemory(AccessPolicy policy) {
        return PolicySections.of(policy)
                .section()
                .map(section -> section.rules().stream()
                        .flatMap(rule -> rule.limits().stream())
                        .map(PolicySection.Limit::memory)
                        .max(Duration::compareTo)
                        .orElse(Duration.ZERO))
                .orElse(PolicySection.Limit.LONGEST_MEMORY);
    }

    /**
     * Plans a policy.
     *
     * @param roles finds the plan of a RedisRole of the policy's namespace by name; empty if there is none or it was rejected
     */
    public static PlanResult<PolicyPlan> plan(AccessPolicy policy, Function<String, Optional<RolePlan>> roles) {
        List<Problem> problems = new ArrayList<>(PolicyChecks.of(policy));
        if (!problems.isEmpty()) {
            return PlanResult.rejected(problems);
        }
        PolicySections.Result sections = PolicySections.of(policy);
        problems.addAll(sections.problems());
        Map<StoreName, RolePlan> found = new EnumMap<>(StoreName.class);
        references(policy.getSpec())
                .forEach((store, name) -> roles.apply(name)
                        .ifPresentOrElse(
                                role -> found.put(store, role),
                                () -> problems.add(new Problem(
                                        "spec.roles." + store.jsonName(),
                                        "no usable RedisRole \"" + name + "\" in namespace "
                                                + policy.getMetadata().getNamespace()
                                                + ": create it or correct the name"))));
        if (!problems.isEmpty() || sections.section().isEmpty()) {
            return PlanResult.rejected(problems);
        }
        return PlanResult.accepted(
                new PolicyPlan(
                        policy.getMetadata().getNamespace(),
                        policy.getMetadata().getName(),
                        Optional.ofNullable(policy.getMetadata().getUid()).orElse(""),
                        found,
                        new SidecarConfig(
                                SidecarConfig.VERSION,
                                staticSection(policy, found),
                                sections.section().get()),
                        Optional.ofNullable(found.get(StoreName.LIMITS))
                                .filter(role -> role.memory().evictionPolicy().evicts())
                                .map(role -> role.names().role())),
                warnings(found));
    }

    /** Open sockets beside sessions and counters make those be evicted, and in a role that never evicts they fill it. */
    private static List<Problem> warnings(Map<StoreName, RolePlan> roles) {
        return Optional.ofNullable(roles.get(StoreName.SOCKETS))
                .filter(role -> role.role() != RoleKind.SOCKET && role.role() != RoleKind.CUSTOM)
                .map(role -> new Problem(
                        "spec.roles.sockets",
                        "RedisRole " + role.names().role() + " is a role: "
                                + role.role().jsonName()
                                + ": keep open sockets in a RedisRole with role: socket, whose memory is theirs alone"))
                .stream()
                .toList();
    }

    static Map<StoreName, String> references(AccessPolicySpec spec) {
        Map<StoreName, String> references = new EnumMap<>(StoreName.class);
        Optional.ofNullable(spec.roles().limits()).ifPresent(role -> references.put(StoreName.LIMITS, role.name()));
        Optional.ofNullable(spec.roles().sessions()).ifPresent(role -> references.put(StoreName.SESSIONS, role.name()));
        Optional.ofNullable(spec.roles().sockets()).ifPresent(role -> references.put(StoreName.SOCKETS, role.name()));
        return references;
    }

    private static StaticSection staticSection(AccessPolicy policy, Map<StoreName, RolePlan> roles) {
        Map<StoreName, StaticSection.Store> stores = new EnumMap<>(StoreName.class);
        roles.forEach((store, role) -> stores.put(
                store,
                new StaticSection.Store(
                        role.names().role(),
                        new Endpoint(role.host(), role.service().port()),
                        0,
                        RoleNames.policyUser(policy.getMetadata().getName()),
                        ContractPaths.CREDENTIALS_DIRECTORY + "/" + ContractPaths.passwordKey(store),
                        role.tls()
                                .map(tls ->
                                        ContractPaths.CREDENTIALS_DIRECTORY + "/" + ContractPaths.authorityKey(store))
                                .orElse(""),
                        role.tls()
                                .map(tls ->
                                        ContractPaths.CREDENTIALS_DIRECTORY + "/" + ContractPaths.identityKey(store))
                                .orElse(""))));
        return new StaticSection(
                new Endpoint("0.0.0.0", ContractPaths.INBOUND_PORT),
                // What the sidecar is told of its own pod stands in for it where it was injected.
                new Endpoint(
                        "127.0.0.1",
                        policy.getSpec().ports().stream().findFirst().orElse(USUAL_PORT)),
                new Endpoint("0.0.0.0", ContractPaths.PROBE_PORT),
                new Endpoint("127.0.0.1", ContractPaths.ADMIN_PORT),
                stores,
                ContractPaths.CREDENTIALS_DIRECTORY + "/" + ContractPaths.IDENTIFIER_KEY,
                STORE_TIMEOUT,
                UPSTREAM_TIMEOUT,
                false,
                List.of(),
                StaticSection.Savings.ALL);
    }
}
