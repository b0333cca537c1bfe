package io.redisroles.operator.redis;

import java.util.Map;

/**
 * What a running Redis said of itself.
 *
 * @param version for example {@code 7.0.15} or {@code Valkey 8.0.1}
 * @param runId changes with every start
 * @param usedMemory bytes
 * @param maxMemory bytes, as {@code CONFIG GET} says
 * @param evictedKeys since the start
 * @param keys in database 0
 * @param keysWithTtl of them
 * @param aofEnabled whether an append-only file is written
 * @param aofWriteOk whether the last write to it succeeded
 * @param aclRevision the digest that the user {@code _revision} carries; empty if there is none, or if the default user is on
 *     where it should be off or off where it should be on
 * @param config the directives that were asked for
 * @param load what its data takes
 */
public record RedisFacts(
        String version,
        String runId,
        long usedMemory,
        long maxMemory,
        long evictedKeys,
        long keys,
        long keysWithTtl,
        boolean aofEnabled,
        boolean aofWriteOk,
        String aclRevision,
        Map<String, String> config,
        RedisLoad load) {
    public RedisFacts {
        config = Map.copyOf(config);
    }
}
