package io.redisroles.operator.injection;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.Lifecycle;
import io.fabric8.kubernetes.api.model.LifecycleBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.redisroles.contract.ContractPaths;
import io.redisroles.contract.PodSection;
import io.redisroles.contract.SidecarConfigCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The two containers that a pod gets. */
final class SidecarContainer {
    /** What PodMonitors and scrapers name. */
    static final String METRICS_PORT = "rr-metrics";

    private static final Quantity MEMORY_REQUEST = new Quantity("96Mi");

    private SidecarContainer() {}

    /**
     * The sidecar.
     *
     * @param moved the names that Services find it by; none where netfilter brings the connections
     */
    static ContainerBuilder sidecar(PodSection section, List<ContainerPort> moved, SidecarWishes wishes) {
        List<ContainerPort> ports = new ArrayList<>(moved);
        ports.add(port(METRICS_PORT, ContractPaths.PROBE_PORT));
        return new ContainerBuilder()
                .withName(ContractPaths.SIDECAR_CONTAINER)
                .withImage(wishes.image())
                .withImagePullPolicy("IfNotPresent")
                .withEnv(env(section))
                .withPorts(ports)
                .withStartupProbe(probe("/healthz/ready", 1, 120))
                .withReadinessProbe(probe("/healthz/ready", 2, 2))
                .withLivenessProbe(probe("/healthz/live", 10, 6))
                .withLifecycle(lettingClientsGo())
                .withResources(resources(wishes))
                .withSecurityContext(unprivileged())
                .withVolumeMounts(PolicyVolume.mount());
    }

    /** Sets the rules that send the app's ports to the sidecar, and ends. The only one with a capability. */
    static Container redirect(InterceptedPorts ports, String image) {
        List<String> arguments = new ArrayList<>(List.of("--uid", String.valueOf(ContractPaths.SIDECAR_UID)));
        ports.ports().forEach(port -> arguments.add(port.number() + "=" + port.listen()));
        return new ContainerBuilder()
                .withName(ContractPaths.REDIRECT_CONTAINER)
                .withImage(image)
                .withImagePullPolicy("IfNotPresent")
                .withArgs(arguments)
                .withNewResources()
                .withRequests(new TreeMap<>(Map.of("cpu", new Quantity("10m"), "memory", new Quantity("16Mi"))))
                .withLimits(Map.of("memory", new Quantity("64Mi")))
                .endResources()
                .withNewSecurityContext()
                .withRunAsUser(0L)
                .withRunAsGroup(0L)
                .withRunAsNonRoot(false)
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true)
                .withNewCapabilities()
                .withDrop("ALL")
                .withAdd("NET_ADMIN")
                .endCapabilities()
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext()
                .build();
    }

    static ContainerPort port(String name, int number) {
        return new ContainerPortBuilder()
                .withName(name)
                .withContainerPort(number)
                .withProtocol("TCP")
                .build();
    }

    private static EnvVar env(PodSection section) {
        return new EnvVarBuilder()
                .withName(PodSection.VARIABLE)
                .withValue(new SidecarConfigCodec().writePod(section))
                .build();
    }

    private static Probe probe(String path, int period, int failures) {
        return new ProbeBuilder()
                .withNewHttpGet()
                .withPath(path)
                .withNewPort(ContractPaths.PROBE_PORT)
                .withScheme("HTTP")
                .endHttpGet()
                .withPeriodSeconds(period)
                .withTimeoutSeconds(2)
                .withFailureThreshold(failures)
                .build();
    }

    /** Called when the pod begins to end, long before the sidecar itself is told to. */
    private static Lifecycle lettingClientsGo() {
        return new LifecycleBuilder()
                .withNewPreStop()
                .withNewHttpGet()
                .withPath(ContractPaths.DRAIN_PATH)
                .withNewPort(ContractPaths.PROBE_PORT)
                .withScheme("HTTP")
                .endHttpGet()
                .endPreStop()
                .build();
    }

    private static ResourceRequirements resources(SidecarWishes wishes) {
        return new ResourceRequirementsBuilder()
                .withRequests(new TreeMap<>(Map.of("cpu", wishes.cpuRequest(), "memory", MEMORY_REQUEST)))
                .withLimits(Map.of("memory", wishes.memoryLimit()))
                .build();
    }

    private static SecurityContext unprivileged() {
        return new SecurityContextBuilder()
                .withRunAsUser((long) ContractPaths.SIDECAR_UID)
                .withRunAsGroup((long) ContractPaths.SIDECAR_UID)
                .withRunAsNonRoot(true)
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .build();
    }
}
