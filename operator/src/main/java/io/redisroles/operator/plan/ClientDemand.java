package io.redisroles.operator.plan;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether Redis may refuse clients without a certificate now. Those that are there get theirs first: the pod's probes, which is
 * proved by what Redis serves, and everybody else, which nobody can see.
 *
 * @param waits empty if nothing is to be waited for
 */
public record ClientDemand(Optional<Wait> waits) {
    /** A kubelet writes what has changed in a Secret after a minute and a half at most. */
    static final Duration HANDED_OUT = Duration.ofMinutes(2);

    /**
     * What is waited for.
     *
     * @param until empty while the pod has no certificates
     * @param message for people
     */
    public record Wait(Optional<Instant> until, String message) {}

    /**
     * What is there.
     *
     * @param spares whether redis.conf says that clients need no certificate, so that some may be there without
     * @param issued when the clients' certificates were, if the pod has proved to have its own
     */
    public record Present(boolean spares, Optional<Instant> issued) {}

    /**
     * Decides.
     *
     * @param wished whether clients are to need one
     */
    public static ClientDemand towards(boolean wished, Present present, Instant now) {
        if (!wished || !present.spares()) {
            return new ClientDemand(Optional.empty());
        }
        Optional<Instant> due = present.issued().map(time -> time.plus(HANDED_OUT));
        if (due.filter(time -> !now.isBefore(time)).isPresent()) {
            return new ClientDemand(Optional.empty());
        }
        return new ClientDemand(Optional.of(new Wait(
                due,
                "clients have certificates in their Secrets now; Redis refuses those without "
                        + due.map(time -> "from " + time + " on, when nodes have written them")
                                .orElse("once its pod has one too"))));
    }
}
