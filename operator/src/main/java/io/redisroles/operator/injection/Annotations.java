package io.redisroles.operator.injection;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.Map;
import java.util.Optional;

/** The annotations that pods have for us, and we for them. */
public final class Annotations {
    /** {@code "false"}: the pod gets no sidecar. */
    public static final String INJECT = "redisroles.io/inject";
    /** Another image for this pod's sidecar. */
    public static final String IMAGE = "redisroles.io/sidecar-image";
    /** Another memory limit, a quantity. */
    public static final String MEMORY_LIMIT = "redisroles.io/sidecar-memory-limit";
    /** Another CPU request, a quantity. */
    public static final String CPU_REQUEST = "redisroles.io/sidecar-cpu-request";
    /** How long the app's containers wait before they are told to end, 0 to 60; 0 changes nothing. */
    public static final String DRAIN_SECONDS = "redisroles.io/drain-seconds";
    /** Ours: the policy whose sidecar the pod has. */
    public static final String INJECTED = "redisroles.io/injected";
    /** Ours: the intercepted ports, separated by commas. */
    public static final String PORTS = "redisroles.io/ports";
    /** Ours: the digest of what the sidecar cannot change while it runs. */
    public static final String STATIC_HASH = "redisroles.io/static-hash";
    /** Ours: the digest of the newest configuration; touching it makes the kubelet look at the mounted files at once. */
    public static final String CONFIG_HASH = "redisroles.io/config";

    private Annotations() {}

    /** What the pod says; empty if it does not. */
    public static Optional<String> get(Pod pod, String name) {
        return Optional.ofNullable(pod.getMetadata().getAnnotations()).map((Map<String, String> all) -> all.get(name));
    }
}
