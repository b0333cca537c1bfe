package io.redisroles.operator.plan;

import java.util.Optional;

/**
 * Which image a role runs next. One that may not read what the running version wrote is refused, unless people allow exactly that
 * image; the one before goes on. Of an image whose tag names no version nothing is known before it runs.
 *
 * @param image to run
 * @param refused why the wished image is not run; empty if it is
 */
public record ImageStep(String image, Optional<String> refused) {
    /** On a RedisRole: the image that is run although it may not read the data. */
    public static final String ALLOW = "redisroles.io/allow-image";

    /**
     * The step.
     *
     * @param wished by the spec
     * @param present that the workload has; empty if there is none
     * @param version that last ran, as the status has it
     * @param allowed the annotation's value, empty if absent
     */
    public static ImageStep towards(String wished, Optional<String> present, Optional<String> version, String allowed) {
        if (present.isEmpty() || present.get().equals(wished) || allowed.equals(wished)) {
            return new ImageStep(wished, Optional.empty());
        }
        Optional<RedisVersion> before =
                version.flatMap(RedisVersion::told).or(() -> RedisVersion.ofImage(present.get()));
        Optional<RedisVersion> next = RedisVersion.ofImage(wished);
        boolean follows = before.isEmpty() || next.isEmpty() || next.get().mayFollow(before.get());
        return follows
                ? new ImageStep(wished, Optional.empty())
                : new ImageStep(
                        present.get(),
                        Optional.of("spec.image: " + wished + " may not read what " + before.get()
                                + " has written, so the pod keeps " + present.get() + ": write an image of "
                                + before.get()
                                + " or later, or accept that the data may be lost with the annotation " + ALLOW + "="
                                + wished));
    }
}
