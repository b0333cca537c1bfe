package io.redisroles.operator.telemetry;

import java.time.Duration;
import java.util.Optional;

/**
 * What a role's server takes.
 *
 * @param namespace of the role
 * @param role its name
 * @param untilFull when its memory is full at the pace of the last hour; empty if it is not foreseen
 * @param containerLimit that it needs, bytes, by what its last rewrite copied
 * @param aofSize bytes
 */
public record RoleLoad(
        String namespace, String role, Optional<Duration> untilFull, long containerLimit, long aofSize) {}
