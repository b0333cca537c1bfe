package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.redisroles.operator.desired.RedisConfigMap;
import io.redisroles.operator.plan.MemoryStep;
import io.redisroles.operator.redis.Observation;
import io.redisroles.operator.redis.RedisFacts;
import java.util.Optional;

/**
 * The memory that a role has by what the caches and its server say.
 *
 * @param config its ConfigMap
 * @param workload its StatefulSet
 * @param pod its pod
 */
record PresentMemory(Optional<ConfigMap> config, Optional<StatefulSet> workload, Optional<Pod> pod) {
    /** With what the server said. */
    MemoryStep.Present with(Observation latest) {
        Optional<RedisFacts> facts = latest.facts();
        return new MemoryStep.Present(
                pod.filter(PresentMemory::hasStarted).isPresent(),
                facts.map(RedisFacts::usedMemory),
                facts.map(RedisFacts::maxMemory),
                config.flatMap(RedisConfigMap::maxMemory),
                workload.flatMap(set -> RolePod.memoryLimit(set.getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers()
                        .get(0)
                        .getResources())),
                pod.flatMap(RolePod::memoryLimit));
    }

    private static boolean hasStarted(Pod pod) {
        return pod.getStatus() != null
                && pod.getStatus().getPodIP() != null
                && !pod.getStatus().getPodIP().isEmpty();
    }
}
