package io.redisroles.operator.status;

import io.redisroles.api.v1alpha1.Condition;
import io.redisroles.api.v1alpha1.RedisRoleStatus;
import io.redisroles.operator.plan.ImageStep;
import io.redisroles.operator.plan.RedisVersion;
import java.util.Optional;

/**
 * What is said of a server whose version turned out to be one that should not follow the one before: an image's tag did not tell,
 * or told otherwise. It is said until a version runs that may follow, or until people allow the image.
 */
final class Downgrade {
    private Downgrade() {}

    static Optional<String> of(RedisRoleStatus previous, String running, Surroundings around) {
        boolean allowed = around.image().filter(around.allowedImage()::equals).isPresent();
        Optional<RedisVersion> now = RedisVersion.told(running);
        Optional<RedisVersion> before =
                Optional.ofNullable(previous.redisVersion()).flatMap(RedisVersion::told);
        if (allowed || now.isEmpty() || before.isEmpty()) {
            return Optional.empty();
        }
        if (now.get().equals(before.get())) {
            return said(previous);
        }
        return now.get().mayFollow(before.get())
                ? Optional.empty()
                : Optional.of(
                        "spec.image: " + around.image().orElse("the image") + " runs " + running + " on data that "
                                + before.get()
                                + " has written, of which it may not have read all: go back, or accept it with the"
                                + " annotation " + ImageStep.ALLOW + "="
                                + around.image().orElse("IMAGE"));
    }

    private static Optional<String> said(RedisRoleStatus previous) {
        return Conditions.find(previous.conditions(), ConditionType.CONFIG_APPLIED)
                .filter(condition -> condition.reason().equals(ConditionReason.DOWNGRADED.text()))
                .map(Condition::message);
    }
}
