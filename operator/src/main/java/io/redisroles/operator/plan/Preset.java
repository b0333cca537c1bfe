package io.redisroles.operator.plan;

import io.redisroles.api.v1alpha1.EvictionPolicy;
import io.redisroles.api.v1alpha1.Fsync;
import io.redisroles.api.v1alpha1.ReclaimPolicy;
import io.redisroles.api.v1alpha1.RoleKind;
import java.util.Optional;

/**
 * The settings that a role's name stands for.
 *
 * @param maxMemory bytes; 0 where the user must say
 * @param evictionPolicy empty where the user must say
 * @param fsync when acknowledged writes reach the disk
 * @param port of the Service
 * @param storage bytes; 0 to compute it from maxMemory
 * @param reclaimPolicy of the volume
 */
record Preset(
        long maxMemory,
        Optional<EvictionPolicy> evictionPolicy,
        Fsync fsync,
        int port,
        long storage,
        ReclaimPolicy reclaimPolicy) {

    static Preset of(RoleKind role) {
        return switch (role) {
            case GATEWAY -> evicting(256, EvictionPolicy.ALLKEYS_LRU, 6379, 2);
            case SOCKET -> evicting(512, EvictionPolicy.VOLATILE_LRU, 6380, 3);
            case SHARED -> evicting(512, EvictionPolicy.ALLKEYS_LRU, 6381, 3);
            case COMPLIANCE -> keeping(6382);
            case CRYPTO -> keeping(6383);
            case CUSTOM -> new Preset(0, Optional.empty(), Fsync.EVERY_SECOND, 6379, 0, ReclaimPolicy.RETAIN);
        };
    }

    private static Preset evicting(int maxMemoryMi, EvictionPolicy policy, int port, int storageGi) {
        return new Preset(
                maxMemoryMi * Bytes.MI,
                Optional.of(policy),
                Fsync.EVERY_SECOND,
                port,
                storageGi * Bytes.GI,
                ReclaimPolicy.DELETE);
    }

    private static Preset keeping(int port) {
        return new Preset(
                256 * Bytes.MI,
                Optional.of(EvictionPolicy.NOEVICTION),
                Fsync.ALWAYS,
                port,
                2 * Bytes.GI,
                ReclaimPolicy.RETAIN);
    }
}
