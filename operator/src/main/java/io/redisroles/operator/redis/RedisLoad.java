package io.redisroles.operator.redis;

import java.time.Duration;
import java.util.Optional;

/**
 * What a server's data takes, in memory and on disk; bytes.
 *
 * @param dataset in memory, without what Redis itself needs
 * @param aofSize all files of the append-only file
 * @param rewriting whether it is being rewritten
 * @param copied the most that the last copy in the background (rewrite or snapshot) has taken of memory beside
 * @param untilFull when {@code maxmemory} is reached if usage goes on as within the last hour; empty if it is not foreseen
 */
public record RedisLoad(long dataset, long aofSize, boolean rewriting, long copied, Optional<Duration> untilFull) {
    /** Nothing yet. */
    public static final RedisLoad NONE = new RedisLoad(0, 0, false, 0, Optional.empty());
}
