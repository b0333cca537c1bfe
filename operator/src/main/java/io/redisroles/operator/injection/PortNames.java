package io.redisroles.operator.injection;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Moves the names of intercepted ports to the sidecar, where Services and NetworkPolicies then find it. The app's containers
 * keep the numbers, and what named a port there names its number.
 */
final class PortNames {
    private final InterceptedPorts ports;
    private final Set<String> names;

    PortNames(InterceptedPorts ports) {
        this.ports = ports;
        this.names =
                ports.ports().stream().map(InterceptedPorts.Intercepted::name).collect(Collectors.toSet());
    }

    /** The names, at the sidecar's ports. */
    List<ContainerPort> moved() {
        return ports.ports().stream()
                .map(port -> SidecarContainer.port(port.name(), port.listen()))
                .toList();
    }

    /** {@code container} without the names. */
    Container of(Container container) {
        Container numbered = new ContainerBuilder(container)
                .withLivenessProbe(of(container, container.getLivenessProbe()))
                .withReadinessProbe(of(container, container.getReadinessProbe()))
                .withStartupProbe(of(container, container.getStartupProbe()))
                .withPorts(container.getPorts().stream().map(this::of).toList())
                .build();
        Optional.ofNullable(numbered.getLifecycle()).ifPresent(lifecycle -> {
            number(container, lifecycle.getPostStart());
            number(container, lifecycle.getPreStop());
        });
        return numbered;
    }

    private ContainerPort of(ContainerPort port) {
        return names.contains(port.getName())
                ? new ContainerPortBuilder(port).withName(null).build()
                : port;
    }

    private @Nullable Probe of(Container container, @Nullable Probe probe) {
        if (probe == null) {
            return null;
        }
        Probe copy = new ProbeBuilder(probe).build();
        if (copy.getHttpGet() != null) {
            copy.getHttpGet().setPort(number(container, copy.getHttpGet().getPort()));
        }
        if (copy.getTcpSocket() != null) {
            copy.getTcpSocket().setPort(number(container, copy.getTcpSocket().getPort()));
        }
        return copy;
    }

    private void number(Container container, @Nullable LifecycleHandler hook) {
        if (hook != null && hook.getHttpGet() != null) {
            hook.getHttpGet().setPort(number(container, hook.getHttpGet().getPort()));
        }
    }

    private IntOrString number(Container container, IntOrString port) {
        return port.getStrVal() != null && names.contains(port.getStrVal())
                ? InterceptedPorts.number(container, port).map(IntOrString::new).orElse(port)
                : port;
    }
}
