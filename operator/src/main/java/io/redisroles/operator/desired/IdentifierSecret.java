package io.redisroles.operator.desired;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The secret behind a role's hashed identifiers and, while it is exchanged, the one before. As long as there are two, sidecars
 * count every subject under both names. The former one goes when all of them have heard of the other and what was counted before
 * that has aged: so no limit lets more pass because of the exchange.
 *
 * @param current names what is new
 * @param former named it before
 * @param requested the last request to exchange it that was taken up; empty if there was none
 */
public record IdentifierSecret(Password current, Optional<Former> former, String requested) {
    /** A secret that is about to go, and when. */
    public record Former(Password key, Instant until) {}

    /** A secret that was just made. */
    static IdentifierSecret first(Password made) {
        return new IdentifierSecret(made, Optional.empty(), "");
    }

    /**
     * The secret after {@code request}. While one exchange is under way another waits for its end.
     *
     * @param request the value of the annotation that asks for it, empty if absent; a new value is a new request
     * @param created whether the secret was made just now: requests of before are met
     * @param memory for how long at most a counter remembers
     */
    IdentifierSecret next(String request, boolean created, Duration memory, Supplier<Password> random, Instant now) {
        if (former.filter(known -> known.until().isAfter(now)).isPresent()) {
            return this;
        }
        boolean asked = !request.isEmpty() && !request.equals(requested);
        if (!asked || created) {
            return new IdentifierSecret(current, Optional.empty(), asked ? request : requested);
        }
        Instant until = now.plus(Rotation.OVERLAP).plus(memory).truncatedTo(ChronoUnit.SECONDS);
        return new IdentifierSecret(random.get(), Optional.of(new Former(current, until)), request);
    }

    /** As sidecars read it: a line for each secret, the current one first. */
    String lines() {
        return former.map(known -> current.value() + "\n" + known.key().value()).orElse(current.value());
    }
}
