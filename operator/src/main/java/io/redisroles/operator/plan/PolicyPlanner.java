package io.redisroles.operator.plan;

import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.AccessPolicySpec;
import io.redisroles.contract.ContractPaths;
import io.redisroles.contract.Endpoint;
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
    private static final Duration STORE_TIMEOUT = Duration.ofMillis(250);
    private static final Duration UPSTREAM_TIMEOUT = Duration.ofSeconds(60);

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
                        policy.getSpec().selector(),
                        stores,
                        policy.getMetadata().getNamespace(),
                        session));
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
                List.of());
    }

    private static Map<StoreName, String> references(AccessPolicySpec spec) {
        Map<StoreName, String> references = new EnumMap<>(StoreName.class);
        Optional.ofNullable(spec.roles().limits()).ifPresent(role -> references.put(StoreName.LIMITS, role.name()));
        Optional.ofNullable(spec.roles().sessions()).ifPresent(role -> references.put(StoreName.SESSIONS, role.name()));
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
                        ContractPaths.CREDENTIALS_DIRECTORY + "/" + ContractPaths.passwordKey(store))));
        return new StaticSection(
                new Endpoint("0.0.0.0", ContractPaths.INBOUND_PORT),
                new Endpoint("127.0.0.1", policy.getSpec().ports().get(0)),
                new Endpoint("0.0.0.0", ContractPaths.PROBE_PORT),
                new Endpoint("127.0.0.1", ContractPaths.ADMIN_PORT),
                stores,
                ContractPaths.CREDENTIALS_DIRECTORY + "/" + ContractPaths.IDENTIFIER_KEY,
                STORE_TIMEOUT,
                UPSTREAM_TIMEOUT,
                false);
    }
}
