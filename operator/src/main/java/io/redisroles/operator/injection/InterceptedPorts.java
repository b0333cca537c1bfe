package io.redisroles.operator.injection;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.redisroles.api.v1alpha1.Interception;
import io.redisroles.contract.ContractPaths;
import io.redisroles.contract.PodSection;
import io.redisroles.operator.plan.PolicyTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The ports of one pod that its sidecar stands before.
 *
 * @param ports in the order in which the sidecar listens for them
 */
record InterceptedPorts(List<Intercepted> ports) {
    private static final Set<String> HTTP_PROTOCOLS =
            Set.of("http", "http2", "h2c", "grpc", "grpc-web", "kubernetes.io/h2c", "kubernetes.io/ws");

    InterceptedPorts {
        ports = List.copyOf(ports);
    }

    /**
     * One of them.
     *
     * @param number that the app listens on
     * @param listen that the sidecar listens on for it
     * @param name of the container port; empty if it has none, or is not declared
     */
    record Intercepted(int number, int listen, String name) {}

    /**
     * What {@code policy} intercepts of {@code pod}.
     *
     * @throws IllegalArgumentException if that is nothing, too much, or cannot be done
     */
    static InterceptedPorts of(Pod pod, PolicyTarget policy, Neighbourhood neighbours) {
        List<Integer> numbers = policy.ports().isEmpty() ? found(pod, policy, neighbours) : policy.ports();
        List<Intercepted> ports = new ArrayList<>();
        for (int number : numbers) {
            String name = declared(pod, number).map(ContainerPort::getName).orElse("");
            if (policy.interception() == Interception.NAMED_PORT && name.isEmpty()) {
                throw new IllegalArgumentException("no container names its port " + number
                        + ", which interception: NamedPort needs (expected for example ports: [{name: http,"
                        + " containerPort: " + number + "}], or interception: Redirect)");
            }
            ports.add(new Intercepted(number, ContractPaths.inboundPort(ports.size()), name));
        }
        return new InterceptedPorts(ports);
    }

    Optional<Intercepted> find(int number) {
        return ports.stream().filter(port -> port.number() == number).findFirst();
    }

    /** The port that a probe or hook of {@code container} asks, if it is intercepted. */
    Optional<Intercepted> find(Container container, IntOrString port) {
        return number(container, port).flatMap(this::find);
    }

    List<PodSection.Inbound> inbound() {
        return ports.stream()
                .map(port -> new PodSection.Inbound(port.listen(), port.number()))
                .toList();
    }

    /** The numbers, separated by commas. */
    String text() {
        return ports.stream().map(port -> String.valueOf(port.number())).collect(Collectors.joining(","));
    }

    static Optional<ContainerPort> declared(Pod pod, int number) {
        return tcpPorts(pod).stream()
                .filter(port -> port.getContainerPort() == number)
                .findFirst();
    }

    /** Of the app's containers; those of its start have ended when requests come. */
    static List<ContainerPort> tcpPorts(Pod pod) {
        return pod.getSpec().getContainers().stream()
                .flatMap(container -> container.getPorts().stream())
                .filter(port -> port.getContainerPort() != null
                        && (port.getProtocol() == null || port.getProtocol().equals("TCP")))
                .toList();
    }

    private static List<Integer> found(Pod pod, PolicyTarget policy, Neighbourhood neighbours) {
        NavigableSet<Integer> found = new TreeSet<>();
        tcpPorts(pod).stream()
                .filter(InterceptedPorts::isNamedHttp)
                .forEach(port -> found.add(port.getContainerPort()));
        neighbours
                .servicePortsOf(pod)
                .filter(port -> port.getAppProtocol() != null && HTTP_PROTOCOLS.contains(port.getAppProtocol()))
                .flatMap(port -> target(pod, port).stream())
                .forEach(found::add);
        found.removeAll(policy.opaquePorts());
        if (found.isEmpty()) {
            throw new IllegalArgumentException(
                    "it has no port to stand before: none of its container ports is named http*,"
                            + " and no Service that selects it says an HTTP appProtocol (expected: such a name, or spec.ports in the"
                            + " AccessPolicy)");
        }
        if (found.size() > PodSection.MAX_PORTS) {
            throw new IllegalArgumentException("it has " + found.size() + " HTTP ports, " + found
                    + " (expected: at most " + PodSection.MAX_PORTS + "; name those that matter in spec.ports of the"
                    + " AccessPolicy)");
        }
        return List.copyOf(found);
    }

    private static boolean isNamedHttp(ContainerPort port) {
        return port.getName() != null
                && port.getName().startsWith("http")
                && !port.getName().startsWith("https");
    }

    private static Optional<Integer> target(Pod pod, ServicePort port) {
        IntOrString target = Optional.ofNullable(port.getTargetPort()).orElse(new IntOrString(port.getPort()));
        return pod.getSpec().getContainers().stream()
                .flatMap(container -> number(container, target).stream())
                .findFirst();
    }

    /** A name is looked for among the container's own ports, as the kubelet does. */
    static Optional<Integer> number(Container container, IntOrString port) {
        if (port.getIntVal() != null) {
            return Optional.of(port.getIntVal());
        }
        return container.getPorts().stream()
                .filter(declared -> port.getStrVal().equals(declared.getName()))
                .map(ContainerPort::getContainerPort)
                .findFirst();
    }
}
