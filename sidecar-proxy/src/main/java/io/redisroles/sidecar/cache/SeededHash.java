package io.redisroles.sidecar.cache;

/**
 * Hashes of texts that nobody foresees who does not know the seed, so that nobody can choose texts whose hashes meet.
 *
 * @param seed random
 */
public record SeededHash(long seed) {
    /** 64 bits, never 0. */
    public long of(String text) {
        long hash = seed | 1;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x9E3779B97F4A7C15L;
            hash ^= hash >>> 29;
        }
        return hash == 0 ? 1 : hash;
    }
}
