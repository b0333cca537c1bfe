package io.redisroles.operator.plan;

import io.redisroles.api.v1alpha1.EvictionPolicy;

/**
 * Memory of Redis and of its container.
 *
 * @param maxMemory Redis' {@code maxmemory}, bytes
 * @param evictionPolicy what Redis removes when it is reached
 * @param containerLimit the container's request and limit, bytes
 */
public record MemoryPlan(long maxMemory, EvictionPolicy evictionPolicy, long containerLimit) {
    private static final double FRAGMENTATION = 1.15;
    private static final long FIXED = 48 * Bytes.MI;
    private static final long UNIT = 64 * Bytes.MI;

    /**
     * The container limit that leaves room for fragmentation, for the pages that an AOF rewrite copies while it writes, and
     * for what {@code maxmemory} does not count. A role that never evicts is written more while it is full, and gets more.
     */
    static long computedLimit(long maxMemory, EvictionPolicy policy) {
        double copied = policy.evicts() ? 0.40 : 0.75;
        return Bytes.ceil((long) Math.ceil(maxMemory * (FRAGMENTATION + copied)) + FIXED, UNIT);
    }

    /** The container limit that is needed where a copy in the background has taken {@code copied} bytes beside. */
    public static long limitFor(long maxMemory, long copied) {
        return Bytes.ceil((long) Math.ceil(maxMemory * FRAGMENTATION) + copied + FIXED, UNIT);
    }

    /** The smallest AOF that is rewritten, bytes. */
    public long rewriteFloor() {
        return maxMemory >= 512 * Bytes.MI ? 128 * Bytes.MI : 64 * Bytes.MI;
    }

    /** The largest part of a container limit that {@code maxmemory} may be. */
    static double largestShare(EvictionPolicy policy) {
        return policy.evicts() ? 0.80 : 0.60;
    }

    /** The part of a container limit above which a plan warns. */
    static final double WARNING_SHARE = 0.65;

    double share() {
        return (double) maxMemory / containerLimit;
    }

    /** The smallest AOF that is rewritten: below it a rewrite saves too little to pay for its copies. */
    String rewriteMinSize() {
        return rewriteFloor() / Bytes.MI + "mb";
    }
}
