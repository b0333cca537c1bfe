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

    /** The children of a role: secrets and configuration first, the workload that mounts them last. */
    public static List<HasMetadata> of(RolePlan plan, RoleCredentials credentials, PlanSettings settings) {
        List<HasMetadata> resources = new ArrayList<>();
        resources.add(RedisSecrets.credentials(plan, credentials));
        resources.add(RedisSecrets.acl(plan, credentials));
        resources.addAll(RedisSecrets.bindings(plan, credentials));
        resources.add(RedisConfigMap.desired(plan));
        resources.add(RedisVolumeClaim.desired(plan));
        resources.add(RedisServices.headless(plan));
        resources.add(RedisServices.clients(plan));
        resources.add(NetworkRules.desired(plan, settings.operatorNamespace()));
        resources.add(RedisWorkload.desired(plan, credentials));
        return List.copyOf(resources);
    }

    /**
     * The children of a policy: what its sidecars read and the passwords they log in with.
     *
     * @param credentials finds those of a role that the policy refers to
     */
    public static List<HasMetadata> of(PolicyPlan plan, Function<RolePlan, RoleCredentials> credentials) {
        String name = RoleNames.policyObjects(plan.name());
        Map<String, String> secrets = new HashMap<>();
        for (Map.Entry<StoreName, RolePlan> role : plan.roles().entrySet()) {
            secrets.put(
                    ContractPaths.passwordKey(role.getKey()),
                    credentials
                            .apply(role.getValue())
                            .of(RoleNames.policyUser(plan.name()))
                            .value());
        }
        identifierRole(plan)
                .ifPresent(role -> secrets.put(
                        ContractPaths.IDENTIFIER_KEY,
                        credentials.apply(role).identifierKey().value()));
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
