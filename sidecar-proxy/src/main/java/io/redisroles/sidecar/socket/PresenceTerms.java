package io.redisroles.sidecar.socket;

import java.time.Duration;

/**
 * For how long what is said of presence holds.
 *
 * @param lease after which the keys of a sidecar that is gone have vanished; renewed three times as often
 * @param awayAfter how long no message makes a user away
 * @param offlineMemory how long it is remembered that a user has left
 */
public record PresenceTerms(Duration lease, Duration awayAfter, Duration offlineMemory) {
    public static final PresenceTerms STANDARD =
            new PresenceTerms(Duration.ofSeconds(30), Duration.ofMinutes(5), Duration.ofHours(1));

    Duration renewal() {
        return lease.dividedBy(3);
    }

    /**
     * How long a sidecar's word about a user counts: so long that with the other sidecars' next renewal a dead one is out
     * within the lease.
     */
    Duration hold() {
        return lease.minus(renewal());
    }
}
