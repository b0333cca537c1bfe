package io.redisroles.operator.injection;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodOS;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.Volume;
import io.redisroles.contract.ContractPaths;
import io.redisroles.operator.injection.InjectionSettings.Capabilities;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Pods that cannot have a sidecar, each with what to write instead. */
final class PodChecks {
    private static final Set<String> OUR_CONTAINERS =
            Set.of(ContractPaths.SIDECAR_CONTAINER, ContractPaths.REDIRECT_CONTAINER);

    private PodChecks() {}

    /**
     * Checks what holds for every policy.
     *
     * @throws IllegalArgumentException naming value, place and mend
     */
    static void require(Pod pod, Capabilities cluster) {
        if (Boolean.TRUE.equals(pod.getSpec().getHostNetwork())) {
            throw new IllegalArgumentException("spec.hostNetwork: true, and the node's network cannot be intercepted"
                    + " (expected: no hostNetwork, or annotation " + Annotations.INJECT + ": \"false\")");
        }
        if (Optional.ofNullable(pod.getSpec().getOs())
                .map(PodOS::getName)
                .orElse("linux")
                .equals("windows")) {
            throw new IllegalArgumentException("spec.os.name: windows (expected: linux)");
        }
        if (!cluster.nativeSidecars() && isOfJob(pod)) {
            throw new IllegalArgumentException("it belongs to a Job, which would never end beside a sidecar below"
                    + " Kubernetes 1.29 (expected: annotation " + Annotations.INJECT + ": \"false\")");
        }
        containers(pod).forEach(container -> require(pod, container));
        pod.getSpec().getVolumes().stream()
                .map(Volume::getName)
                .filter(PolicyVolume.NAME::equals)
                .findFirst()
                .ifPresent(name -> {
                    throw new IllegalArgumentException(
                            "spec.volumes: " + name + " is the sidecar's own (expected: another name)");
                });
    }

    /** The app's containers, those of its start included. */
    static Stream<Container> containers(Pod pod) {
        return Stream.concat(pod.getSpec().getInitContainers().stream(), pod.getSpec().getContainers().stream());
    }

    private static void require(Pod pod, Container container) {
        String place = "container " + container.getName() + ": ";
        if (OUR_CONTAINERS.contains(container.getName())) {
            throw new IllegalArgumentException(place + "the name is the sidecar's own (expected: another name)");
        }
        if (uid(pod, container) == ContractPaths.SIDECAR_UID) {
            throw new IllegalArgumentException(place + "runAsUser: " + ContractPaths.SIDECAR_UID
                    + " is the sidecar's own user (expected: another one)");
        }
        for (ContainerPort port : container.getPorts()) {
            if (ContractPaths.isReserved(
                    Optional.ofNullable(port.getContainerPort()).orElse(0))) {
                throw new IllegalArgumentException(place + "containerPort: " + port.getContainerPort()
                        + " is the sidecar's own (expected: a port other than 15001 to 15016, 15020 and 15021)");
            }
        }
    }

    private static long uid(Pod pod, Container container) {
        return Optional.ofNullable(container.getSecurityContext())
                .map(SecurityContext::getRunAsUser)
                .or(() ->
                        Optional.ofNullable(pod.getSpec().getSecurityContext()).map(PodSecurityContext::getRunAsUser))
                .orElse(0L);
    }

    private static boolean isOfJob(Pod pod) {
        return pod.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner -> owner.getKind().equals("Job"));
    }
}
