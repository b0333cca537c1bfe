package io.redisroles.operator.injection;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.GRPCAction;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.TCPSocketAction;
import io.redisroles.contract.AppProbe;
import io.redisroles.contract.ContractPaths;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Probes that ask an intercepted port would be counted, refused, or, as a TCP connection, answered by the sidecar whatever the
 * app does. So the kubelet asks the sidecar's own port, and the sidecar asks the app.
 */
final class ProbeMoves {
    private final InterceptedPorts ports;
    private final List<String> warnings;
    private final SortedMap<String, AppProbe> moved = new TreeMap<>();

    /**
     * @param ports that are intercepted by netfilter
     * @param warnings takes what cannot work
     */
    ProbeMoves(InterceptedPorts ports, List<String> warnings) {
        this.ports = ports;
        this.warnings = warnings;
    }

    /** {@code container} with its probes moved. */
    Container of(Container container) {
        return new ContainerBuilder(container)
                .withLivenessProbe(of(container, "liveness", container.getLivenessProbe()))
                .withReadinessProbe(of(container, "readiness", container.getReadinessProbe()))
                .withStartupProbe(of(container, "startup", container.getStartupProbe()))
                .build();
    }

    /** What the sidecar asks of the app, by {@code <container>/<kind>}. */
    Map<String, AppProbe> moved() {
        return moved;
    }

    private @Nullable Probe of(Container container, String kind, @Nullable Probe probe) {
        if (probe == null) {
            return null;
        }
        String key = container.getName() + "/" + kind;
        Optional<AppProbe> question = question(container, key, probe);
        if (question.isEmpty()) {
            return probe;
        }
        moved.put(key, question.get());
        return new ProbeBuilder(probe)
                .withTcpSocket(null)
                .withGrpc(null)
                .withNewHttpGet()
                .withPath(ContractPaths.appProbePath(key))
                .withNewPort(ContractPaths.PROBE_PORT)
                .withScheme("HTTP")
                .endHttpGet()
                .build();
    }

    private Optional<AppProbe> question(Container container, String key, Probe probe) {
        Duration timeout = Duration.ofSeconds(
                Optional.ofNullable(probe.getTimeoutSeconds()).orElse(1));
        if (probe.getHttpGet() != null) {
            return http(container, key, probe.getHttpGet(), timeout);
        }
        if (probe.getTcpSocket() != null) {
            return tcp(container, probe.getTcpSocket(), timeout);
        }
        return Optional.ofNullable(probe.getGrpc()).flatMap(grpc -> grpc(grpc, timeout));
    }

    private Optional<AppProbe> http(Container container, String key, HTTPGetAction get, Duration timeout) {
        if (isElsewhere(get.getHost())) {
            return Optional.empty();
        }
        Optional<Integer> port = asked(container, get.getPort());
        if (port.isPresent() && "HTTPS".equals(get.getScheme())) {
            warnings.add(
                    "probe " + key + " asks port " + port.get() + " by HTTPS, but its bytes go to the sidecar, which"
                            + " speaks HTTP: name the port in spec.opaquePorts of the AccessPolicy, or probe another port");
            return Optional.empty();
        }
        String path = Optional.ofNullable(get.getPath())
                .filter(text -> !text.isEmpty())
                .orElse("/");
        return port.map(number ->
                new AppProbe.HttpGet(number, path.startsWith("/") ? path : "/" + path, headers(get), timeout));
    }

    private Optional<AppProbe> tcp(Container container, TCPSocketAction socket, Duration timeout) {
        return isElsewhere(socket.getHost())
                ? Optional.empty()
                : asked(container, socket.getPort()).map(number -> new AppProbe.TcpSocket(number, timeout));
    }

    private Optional<AppProbe> grpc(GRPCAction grpc, Duration timeout) {
        return ports.find(Optional.ofNullable(grpc.getPort()).orElse(0))
                .map(port -> new AppProbe.Grpc(
                        port.number(), Optional.ofNullable(grpc.getService()).orElse(""), timeout));
    }

    private Optional<Integer> asked(Container container, IntOrString port) {
        return ports.find(container, port).map(InterceptedPorts.Intercepted::number);
    }

    /** Another host than the pod's. */
    private static boolean isElsewhere(@Nullable String host) {
        return host != null && !host.isEmpty();
    }

    private static List<AppProbe.Header> headers(HTTPGetAction get) {
        return get.getHttpHeaders().stream()
                .map(header -> new AppProbe.Header(
                        header.getName(), Optional.ofNullable(header.getValue()).orElse("")))
                .toList();
    }
}
