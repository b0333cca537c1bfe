package io.redisroles.operator.desired;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.redisroles.contract.ContractPaths;
import io.redisroles.contract.SidecarConfigCodec;
import io.redisroles.contract.StoreName;
import io.redisroles.operator.plan.PlanSettings;
import io.redisroles.operator.plan.PolicyPlan;
import io.redisroles.operator.plan.RoleNames;
import io.redisroles.operator.plan.RolePlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Everything that a plan becomes, in the order in which it is applied. Pure: equal arguments give equal objects. */
public final class DesiredResources {
    private DesiredResources() {}

    /** The children of a role whose connections are not encrypted. */
    public static List<HasMetadata> of(RolePlan plan, RoleCredentials credentials, PlanSettings settings) {
        return of(plan, credentials, Optional.empty(), settings);
    }

    /**
     * The children of a role: what cannot be made again first, then other secrets and configuration, the workload that mounts
     * them last.
     *
     * @param identity empty if connections are not encrypted
     */
    public static List<HasMetadata> of(
            RolePlan plan, RoleCredentials credentials, Optional<RoleIdentity> identity, PlanSettings settings) {
        List<HasMetadata> resources = new ArrayList<>(kept(plan, credentials, identity));
        resources.add(RedisSecrets.acl(plan, credentials));
        resources.addAll(RedisSecrets.bindings(plan, credentials, identity));
        resources.add(RedisConfigMap.desired(plan));
        resources.add(RedisVolumeClaim.desired(plan));
        resources.add(RedisServices.headless(plan));
        resources.add(RedisServices.clients(plan));
        resources.add(NetworkRules.desired(plan, settings.operatorNamespace()));
        resources.add(DisruptionBudget.desired(plan));
        resources.add(RedisWorkload.desired(plan));
        return List.copyOf(resources);
    }

    /** Those of a role's children that hold what was made once; without them nothing else may be made. */
    public static List<HasMetadata> kept(RolePlan plan, RoleCredentials credentials, Optional<RoleIdentity> identity) {
        List<HasMetadata> kept = new ArrayList<>();
        kept.add(RedisSecrets.credentials(plan, credentials));
        identity.ifPresent(known -> kept.addAll(RedisSecrets.identity(plan, known)));
        return kept;
    }

    /** The children of a policy all of whose roles are reached without encryption. */
    public static List<HasMetadata> of(PolicyPlan plan, Function<RolePlan, RoleCredentials> credentials) {
        return of(plan, credentials, role -> {
            throw new IllegalArgumentException(
                    "nobody is believed about " + role.names().role());
        });
    }

    /**
     * The children of a policy: what its sidecars read and the passwords they log in with.
     *
     * @param credentials finds those of a role that the policy refers to
     * @param trust finds what they need for a role with encrypted connections
     */
    public static List<HasMetadata> of(
            PolicyPlan plan, Function<RolePlan, RoleCredentials> credentials, Function<RolePlan, StoreTrust> trust) {
        String name = RoleNames.policyObjects(plan.name());
        Map<String, String> secrets = new HashMap<>();
        for (Map.Entry<StoreName, RolePlan> role : plan.roles().entrySet()) {
            secrets.put(
                    ContractPaths.passwordKey(role.getKey()),
                    credentials
                            .apply(role.getValue())
                            .of(RoleNames.policyUser(plan.name()))
                            .value());
            if (role.getValue().tls().isPresent()) {
                StoreTrust known = trust.apply(role.getValue());
                secrets.put(ContractPaths.authorityKey(role.getKey()), known.authorities());
                secrets.put(ContractPaths.identityKey(role.getKey()), known.identity());
            }
        }
        identifierRole(plan)
                .ifPresent(role -> secrets.put(
                        ContractPaths.IDENTIFIER_KEY,
                        credentials.apply(role).identifiers().lines()));
        return List.of(
                Secrets.of(Metadata.owned(plan, name), "Opaque", secrets),
                new ConfigMapBuilder()
                        .withMetadata(Metadata.owned(plan, name))
                        .withData(Map.of(ContractPaths.CONFIG_KEY, new SidecarConfigCodec().write(plan.config())))
                        .build());
    }

    /** Whose key hashes the identifiers: the role that holds the counters, else the one that holds the sessions. */
    private static Optional<RolePlan> identifierRole(PolicyPlan plan) {
        return Optional.ofNullable(plan.roles().get(StoreName.LIMITS))
                .or(() -> Optional.ofNullable(plan.roles().get(StoreName.SESSIONS)));
    }
}
