package io.redisroles.operator.status;

import java.time.Instant;
import java.util.Optional;

/**
 * What is known of a role beside what its server answers.
 *
 * @param allowedImage that people allow to run although it may not read the data; empty if none
 * @param image that the pod runs
 * @param exit why its Redis ended last, if it has not started again since
 * @param volume its size, bytes, if it is known
 * @param volumeNearFull whether writes are withheld because of it
 * @param nextRotation when passwords change by themselves
 */
public record Surroundings(
        String allowedImage,
        Optional<String> image,
        Optional<RedisExit> exit,
        Optional<Long> volume,
        boolean volumeNearFull,
        Optional<Instant> nextRotation) {
    /** Nothing is known. */
    public static final Surroundings NONE =
            new Surroundings("", Optional.empty(), Optional.empty(), Optional.empty(), false, Optional.empty());
}
