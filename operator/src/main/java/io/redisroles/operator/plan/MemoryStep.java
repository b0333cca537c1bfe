package io.redisroles.operator.plan;

import java.util.Optional;

/**
 * The next step from the memory that a role has to the memory that is wished. Growing raises the container's limit first and
 * {@code maxmemory} once the container has it; shrinking goes the other way, and not below what a role that never evicts uses:
 * the server itself is looked at right before, and redis.conf says less only once the server has less.
 *
 * @param now what redis.conf and the pod's template say until the next step
 * @param live {@code maxmemory} that the running server is to have, bytes
 * @param sparing whether it is left alone while it uses more than {@code live}
 * @param held why it is not yet as wished; empty if it is
 */
public record MemoryStep(MemoryPlan now, long live, boolean sparing, Optional<Held> held) {
    /**
     * Why a wish waits.
     *
     * @param refused whether it waits for people rather than for the cluster
     * @param message for people
     */
    public record Held(boolean refused, String message) {}

    /**
     * What there is; bytes, and empty where it is not known.
     *
     * @param hasServer whether there may be a running server
     * @param usedMemory of the server
     * @param maxMemory of the server
     * @param configured {@code maxmemory} in redis.conf
     * @param templateLimit of the pod's template
     * @param podLimit that the container has
     */
    public record Present(
            boolean hasServer,
            Optional<Long> usedMemory,
            Optional<Long> maxMemory,
            Optional<Long> configured,
            Optional<Long> templateLimit,
            Optional<Long> podLimit) {
        /** Nothing is there yet. */
        public static final Present NOTHING = new Present(
                false, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** The step from {@code present} towards {@code wished}. */
    public static MemoryStep towards(MemoryPlan wished, Present present) {
        if (mayLoseRoom(wished, present)) {
            long kept = present.configured().orElse(wished.maxMemory());
            MemoryPlan now = new MemoryPlan(
                    kept,
                    wished.evictionPolicy(),
                    Math.max(wished.containerLimit(), present.templateLimit().orElse(wished.containerLimit())));
            return new MemoryStep(now, wished.maxMemory(), true, Optional.of(why(wished, kept, present)));
        }
        MemoryPlan now = new MemoryPlan(wished.maxMemory(), wished.evictionPolicy(), limit(wished, present));
        long room = present.podLimit().orElse(now.containerLimit());
        if (room >= now.containerLimit() || !present.hasServer()) {
            return new MemoryStep(now, now.maxMemory(), false, Optional.empty());
        }
        long bearable = (long) (room * MemoryPlan.largestShare(wished.evictionPolicy()));
        long live = Math.min(now.maxMemory(), Math.min(present.maxMemory().orElse(bearable), bearable));
        return new MemoryStep(
                now,
                live,
                false,
                live == now.maxMemory()
                        ? Optional.empty()
                        : Optional.of(new Held(
                                false,
                                "maxmemory stays at " + Bytes.text(live) + " until the container has its limit of "
                                        + Bytes.text(now.containerLimit()))));
    }

    /** Whether a server that never evicts, and would refuse writes at once, has more than is wished. */
    private static boolean mayLoseRoom(MemoryPlan wished, Present present) {
        boolean shrinks = present.configured()
                .filter(configured -> configured > wished.maxMemory())
                .isPresent();
        return shrinks
                && present.hasServer()
                && !wished.evictionPolicy().evicts()
                && present.maxMemory().orElse(Long.MAX_VALUE) > wished.maxMemory();
    }

    private static Held why(MemoryPlan wished, long kept, Present present) {
        return present.usedMemory()
                .filter(used -> used > wished.maxMemory())
                .map(used -> new Held(
                        true,
                        "maxmemory stays at " + Bytes.text(kept) + ": " + Bytes.text(wished.maxMemory())
                                + " is less than is used, and this role never evicts: delete records, or raise"
                                + " spec.memory.maxMemory"))
                .orElseGet(() -> new Held(
                        false, "maxmemory stays at " + Bytes.text(kept) + " until Redis has told that it uses less"));
    }

    private static long limit(MemoryPlan wished, Present present) {
        long template = present.templateLimit().orElse(wished.containerLimit());
        boolean fits =
                present.maxMemory().filter(max -> max <= wished.maxMemory()).isPresent()
                        && present.usedMemory()
                                .filter(used -> used <= wished.maxMemory())
                                .isPresent();
        return wished.containerLimit() >= template || fits || !present.hasServer() ? wished.containerLimit() : template;
    }
}
