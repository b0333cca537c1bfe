package io.redisroles.operator.injection;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.redisroles.api.v1alpha1.Interception;
import io.redisroles.contract.AppProbe;
import io.redisroles.contract.PodSection;
import io.redisroles.operator.desired.Digest;
import io.redisroles.operator.desired.Labels;
import io.redisroles.operator.plan.PodSelection;
import io.redisroles.operator.plan.PolicyTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * A pod with the sidecar.
 *
 * @param policy whose
 * @param ports that it stands before
 * @param wishes of the pod
 * @param settings of the installation
 */
record InjectedPod(PolicyTarget policy, InterceptedPorts ports, SidecarWishes wishes, InjectionSettings settings) {
    private static final String DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container";

    /** What a running sidecar cannot change, digested. */
    static String staticHash(PolicyTarget policy) {
        return Digest.sha256(policy.restartFacts()).substring(0, 16);
    }

    /** {@code pod} with the sidecar; what is unwise is added to {@code warnings}. */
    Pod of(Pod pod, List<String> warnings) {
        return policy.interception() == Interception.REDIRECT ? redirected(pod, warnings) : named(pod, warnings);
    }

    private Pod redirected(Pod pod, List<String> warnings) {
        ProbeMoves probes = new ProbeMoves(ports, warnings);
        List<Container> inits = each(pod.getSpec().getInitContainers(), probes::of);
        List<Container> containers = each(pod.getSpec().getContainers(), probes::of);
        inits.add(0, SidecarContainer.redirect(ports, settings.redirectImage()));
        warnOfUndeclared(pod, warnings);
        warnOfScraping(pod, warnings);
        return assembled(pod, inits, containers, sidecar(List.of(), probes.moved()));
    }

    private Pod named(Pod pod, List<String> warnings) {
        PortNames names = new PortNames(ports);
        warnOfScraping(pod, warnings);
        return assembled(
                pod,
                each(pod.getSpec().getInitContainers(), names::of),
                each(pod.getSpec().getContainers(), names::of),
                sidecar(names.moved(), Map.of()));
    }

    private ContainerBuilder sidecar(List<ContainerPort> moved, Map<String, AppProbe> probes) {
        return SidecarContainer.sidecar(new PodSection(ports.inbound(), probes), moved, wishes);
    }

    private Pod assembled(Pod pod, List<Container> inits, List<Container> containers, ContainerBuilder sidecar) {
        DrainPause pause = new DrainPause(pod, wishes, settings.cluster());
        List<Container> apps = each(containers, pause::of);
        Map<String, String> annotations = new TreeMap<>(
                Optional.ofNullable(pod.getMetadata().getAnnotations()).orElse(Map.of()));
        if (settings.cluster().nativeSidecars()) {
            int first = policy.interception() == Interception.REDIRECT ? 1 : 0;
            inits.add(first, sidecar.withRestartPolicy("Always").build());
        } else {
            annotations.putIfAbsent(DEFAULT_CONTAINER, apps.get(0).getName());
            apps.add(sidecar.build());
        }
        annotations.put(Annotations.INJECTED, policy.name());
        annotations.put(Annotations.PORTS, ports.text());
        annotations.put(Annotations.STATIC_HASH, staticHash(policy));
        Map<String, String> labels = new TreeMap<>(PodSelection.labels(pod));
        labels.put(Labels.POLICY, policy.name());
        List<Volume> volumes = new ArrayList<>(pod.getSpec().getVolumes());
        volumes.add(PolicyVolume.of(policy));
        return new PodBuilder(pod)
                .editMetadata()
                .withAnnotations(annotations)
                .withLabels(labels)
                .endMetadata()
                .editSpec()
                .withInitContainers(inits)
                .withContainers(apps)
                .withVolumes(volumes)
                .endSpec()
                .build();
    }

    /** Ports need not be declared; but where some are, one that is missing may be a mistake. */
    private void warnOfUndeclared(Pod pod, List<String> warnings) {
        if (InterceptedPorts.tcpPorts(pod).isEmpty()) {
            return;
        }
        ports.ports().stream()
                .filter(port -> InterceptedPorts.declared(pod, port.number()).isEmpty())
                .forEach(port -> warnings.add("no container declares port " + port.number() + " of AccessPolicy "
                        + policy.name() + ": is that where the app listens?"));
    }

    private void warnOfScraping(Pod pod, List<String> warnings) {
        Annotations.get(pod, "prometheus.io/port")
                .filter(port ->
                        Annotations.get(pod, "prometheus.io/scrape").orElse("").equals("true"))
                .filter(port -> port.matches("\\d{1,5}"))
                .flatMap(port -> ports.find(Integer.parseInt(port)))
                .ifPresent(port -> warnings.add("prometheus.io/port is " + port.number()
                        + ", which AccessPolicy " + policy.name()
                        + " intercepts: serve metrics on another port, or let a rule with session: None match"
                        + " their path"));
    }

    private static List<Container> each(List<Container> containers, UnaryOperator<Container> change) {
        return new ArrayList<>(containers.stream().map(change).toList());
    }
}
