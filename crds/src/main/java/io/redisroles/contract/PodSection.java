package io.redisroles.contract;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What differs between the pods of one policy: the ports that this pod's app listens on, and the probes that were moved to the
 * sidecar. Handed to the injected sidecar in the environment variable {@value #VARIABLE}, as one line of YAML; it has no secrets.
 *
 * @param inbound the intercepted ports, 1 to {@value #MAX_PORTS}; they stand in for {@code static.inbound} and
 *     {@code static.upstream}
 * @param probes by their path below {@code /app/} on the port for the kubelet: {@code <container>/<liveness|readiness|startup>}
 */
public record PodSection(List<Inbound> inbound, Map<String, AppProbe> probes) {
    public static final String VARIABLE = "REDISROLES_POD";
    public static final int MAX_PORTS = 16;

    public PodSection {
        inbound = List.copyOf(inbound);
        probes = Map.copyOf(probes);
        if (inbound.isEmpty() || inbound.size() > MAX_PORTS) {
            throw new IllegalArgumentException("inbound has " + inbound.size() + " ports (expected: 1 to 16)");
        }
        Set<Integer> seen = new HashSet<>();
        for (Inbound port : inbound) {
            if (!seen.add(port.listen()) || !seen.add(port.app())) {
                throw new IllegalArgumentException("inbound: a port of " + port + " is there twice");
            }
        }
    }

    /**
     * One intercepted port. The first is listened for on {@value ContractPaths#INBOUND_PORT}, each further one on the next.
     *
     * @param listen where the sidecar takes the connections that were meant for the app, on every address of the pod
     * @param app where the app listens; reached on loopback
     */
    public record Inbound(int listen, int app) {
        public Inbound {
            if (listen < 1 || listen > 65535 || app < 1 || app > 65535) {
                throw new IllegalArgumentException(
                        "inbound: " + listen + " for " + app + " (expected: ports from 1 to 65535)");
            }
        }
    }
}
