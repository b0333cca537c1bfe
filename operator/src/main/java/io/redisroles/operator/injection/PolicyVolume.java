package io.redisroles.operator.injection;

import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.KeyToPathBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.fabric8.kubernetes.api.model.VolumeProjectionBuilder;
import io.redisroles.contract.ContractPaths;
import io.redisroles.operator.plan.PolicyTarget;
import io.redisroles.operator.plan.RoleNames;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What the sidecar reads, as one volume: configuration, credentials and an issuer's keys below one directory. Three volumes
 * would have to be mounted within each other, which a read-only ConfigMap does not allow.
 */
final class PolicyVolume {
    static final String NAME = "redisroles";

    /** Only the sidecar mounts it; the pod's fsGroup is the app's, so the sidecar's user reads as everybody. */
    private static final int MODE = 0444;

    private static final Path DIRECTORY = Path.of("/etc/redisroles");

    private PolicyVolume() {}

    static VolumeMount mount() {
        return new VolumeMountBuilder()
                .withName(NAME)
                .withMountPath(DIRECTORY.toString())
                .withReadOnly(true)
                .build();
    }

    static Volume of(PolicyTarget policy) {
        String objects = RoleNames.policyObjects(policy.name());
        List<VolumeProjection> sources = new ArrayList<>();
        sources.add(new VolumeProjectionBuilder()
                .withNewConfigMap()
                .withName(objects)
                .withItems(item(ContractPaths.CONFIG_KEY, ContractPaths.CONFIG_FILE))
                .endConfigMap()
                .build());
        if (!policy.credentials().isEmpty()) {
            sources.add(new VolumeProjectionBuilder()
                    .withNewSecret()
                    .withName(objects)
                    .withItems(policy.credentials().stream()
                            .map(key -> item(key, ContractPaths.CREDENTIALS_DIRECTORY + "/" + key))
                            .toList())
                    .endSecret()
                    .build());
        }
        // Somebody else's Secret may come later than the pod: until then nobody has a valid JWT.
        policy.jwks()
                .ifPresent(jwks -> sources.add(new VolumeProjectionBuilder()
                        .withNewSecret()
                        .withName(jwks.name())
                        .withOptional(true)
                        .withItems(item(jwks.key(), ContractPaths.jwksFile(jwks.key())))
                        .endSecret()
                        .build()));
        return new VolumeBuilder()
                .withName(NAME)
                .withNewProjected()
                .withDefaultMode(MODE)
                .withSources(sources)
                .endProjected()
                .build();
    }

    private static KeyToPath item(String key, String file) {
        return new KeyToPathBuilder()
                .withKey(key)
                .withPath(DIRECTORY.relativize(Path.of(file)).toString())
                .build();
    }
}
