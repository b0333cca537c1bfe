package io.redisroles.cli.local;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.redisroles.cli.CliException;
import io.redisroles.cli.resources.ResourceFiles;
import io.redisroles.operator.desired.DesiredResources;
import io.redisroles.operator.desired.Password;
import io.redisroles.operator.desired.RoleCredentials;
import io.redisroles.operator.plan.RolePlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The manifests that resources become, without a cluster and without secrets. */
public final class Rendering {
    private Rendering() {}

    /**
     * Renders the resources of a file or folder.
     *
     * @throws CliException naming what cannot be planned
     */
    public static List<HasMetadata> of(Path path) {
        LocalPlans plans = LocalPlans.of(new ResourceFiles().read(path));
        List<HasMetadata> objects = new ArrayList<>();
        plans.roles().forEach((key, role) -> {
            RolePlan plan = role.result().plan().orElseThrow(() -> new CliException(role.describe("RedisRole", key)));
            objects.addAll(DesiredResources.of(plan, placeholders(plan), LocalPlans.SETTINGS));
        });
        plans.policies()
                .forEach((key, policy) -> objects.addAll(DesiredResources.of(
                        policy.result()
                                .plan()
                                .orElseThrow(() -> new CliException(policy.describe("AccessPolicy", key))),
                        Rendering::placeholders)));
        return objects;
    }

    private static RoleCredentials placeholders(RolePlan plan) {
        return RoleCredentials.complete(plan, Optional.empty(), () -> new Password("generated-by-the-operator"));
    }
}
