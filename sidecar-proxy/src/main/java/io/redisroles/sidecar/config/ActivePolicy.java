package io.redisroles.sidecar.config;

import io.redisroles.contract.SidecarConfig;

/** The policy in force; swapped as a whole through one volatile reference. */
public final class ActivePolicy {
    private volatile Version current;

    public ActivePolicy(SidecarConfig config, PolicySnapshot snapshot) {
        this.current = new Version(config, snapshot);
    }

    public PolicySnapshot snapshot() {
        return current.snapshot;
    }

    /** What the policy in force was compiled from. */
    public SidecarConfig config() {
        return current.config;
    }

    void replace(SidecarConfig config, PolicySnapshot snapshot) {
        current = new Version(config, snapshot);
    }

    private record Version(SidecarConfig config, PolicySnapshot snapshot) {}
}
