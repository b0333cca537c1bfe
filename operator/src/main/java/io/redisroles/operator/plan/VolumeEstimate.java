package io.redisroles.operator.plan;

/**
 * How much of its volume a role's append-only file may need; bytes. A rewrite writes a new base, at most as large as the data in
 * memory, before it removes the old files.
 *
 * @param file what the files have now
 * @param dataset what the data takes in memory
 * @param volume its size
 */
public record VolumeEstimate(long file, long dataset, long volume) {
    private static final int NEAR_FULL_PERCENT = 90;
    private static final int RELIEVED_PERCENT = 80;

    /** The most that it has at once, if it is rewritten now. */
    public long peak() {
        return file + dataset;
    }

    /** The share of the volume that this is, percent. */
    public long percent() {
        return volume <= 0 ? 0 : peak() * 100 / volume;
    }

    /**
     * Whether there is so little room that writes may soon fail.
     *
     * @param was whether there was before: usage that swings about a threshold is told once
     */
    public boolean isNearFull(boolean was) {
        return percent() >= (was ? RELIEVED_PERCENT : NEAR_FULL_PERCENT);
    }

    /**
     * Whether a rewrite is due before Redis itself starts one, and has the room. Redis counts growth from the size that the file
     * had when it was started, so one that is restarted often never rewrites.
     *
     * @param floor the smallest file for which a rewrite pays
     */
    public boolean isRewriteDue(long floor) {
        boolean twice = file > floor && file > 2 * dataset;
        boolean tight = 2 * peak() > volume && 2 * file > 3 * dataset;
        boolean hasRoom = 2 * (volume - file) >= 3 * dataset;
        return (twice || tight) && hasRoom;
    }
}
