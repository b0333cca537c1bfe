package io.redisroles.sidecar.session;

import io.redisroles.contract.Jwt;
import io.redisroles.contract.PolicySection;
import io.redisroles.sidecar.redis.TrackingConnection.Link;
import io.redisroles.sidecar.telemetry.SessionMetrics;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sessions that are JWTs: the token says who asks, and Redis only whether the user's tokens were revoked. Both are remembered
 * until they change. Safe for all threads.
 */
final class JwtSessions {
    private static final int USERS = 10_000;

    private final SessionReads reads;
    private final SeenSessions seen;
    private final Supplier<@Nullable Link> link;
    private final boolean caching;
    private final Executor background;
    private final SessionMetrics metrics;
    private final Clocks clocks;
    private final TrackedCache<KnownState> states = new TrackedCache<>(USERS);
    /** Made for the first token, so that whoever has none does without its classes. */
    private volatile @Nullable JwtReader reader;

    JwtSessions(
            SessionReads reads,
            SeenSessions seen,
            Supplier<@Nullable Link> link,
            boolean caching,
            Executor background,
            SessionMetrics metrics,
            Clocks clocks) {
        this.reads = reads;
        this.seen = seen;
        this.link = link;
        this.caching = caching;
        this.background = background;
        this.metrics = metrics;
        this.clocks = clocks;
    }

    CompletionStage<SessionVerdict> validate(String token, PolicySection policy) {
        if (!(policy.session().jwt() instanceof Jwt.Verified settings)) {
            return CompletableFuture.completedFuture(SessionVerdict.Invalid.BEARER);
        }
        JwtReader current = reader(settings, policy.tier().field());
        String sha256 = Sha256.hex(token);
        long seconds = clocks.seconds();
        VerifiedJwt known = current.find(sha256, seconds);
        if (known != null) {
            return withState(known);
        }
        return current.read(token, sha256, seconds)
                .thenCompose(read -> read.isPresent()
                        ? withState(read.get())
                        : CompletableFuture.completedFuture(SessionVerdict.Invalid.BEARER));
    }

    /** By what Redis says of its user, where that is asked for. */
    private CompletionStage<SessionVerdict> withState(VerifiedJwt token) {
        String key = token.session().proof().key();
        if (key.isEmpty()) {
            metrics.known();
            return hit(token);
        }
        KnownState state = caching ? states.find(key, clocks.nanos().getAsLong()) : null;
        if (state != null) {
            metrics.known();
            return token.isIssuedAfter(state.revokedBefore())
                    ? hit(token)
                    : CompletableFuture.completedFuture(SessionVerdict.Invalid.BEARER);
        }
        metrics.asked();
        return state(key).thenApply(found -> {
            if (!token.isIssuedAfter(found)) {
                return SessionVerdict.Invalid.BEARER;
            }
            used(token);
            return new SessionVerdict.Valid(token.session(), false, false);
        });
    }

    private CompletionStage<SessionVerdict> hit(VerifiedJwt token) {
        used(token);
        return token.hit();
    }

    private void used(VerifiedJwt token) {
        if (token.mustTell(clocks.seconds())) {
            seen.seen(token.session().identity(), clocks.wall().millis());
        }
    }

    private CompletionStage<Long> state(String key) {
        Link current = caching ? link.get() : null;
        return current != null
                        && current.isAnswering()
                        && states.admits(key, clocks.nanos().getAsLong())
                ? states.load(
                                key,
                                current,
                                () -> reads.userState(current, key)
                                        .thenApply(before -> Optional.of(new KnownState(before))))
                        .thenApply(found -> found.orElseThrow().revokedBefore())
                : reads.userState(null, key); // what is not kept shares the way of the limits
    }

    private JwtReader reader(Jwt.Verified settings, String tierClaim) {
        JwtReader current = reader;
        if (current != null && current.isFor(settings, tierClaim)) {
            return current;
        }
        JwtReader fresh =
                new JwtReader(settings, tierClaim, new Jwks(settings.keys(), background, clocks.nanos(), metrics));
        reader = fresh;
        return fresh;
    }

    void changed(String key) {
        states.changed(key);
    }

    /** The keys of users who were kept out since this was last asked, over {@code over}; most users have none in Redis. */
    List<String> used(Link over) {
        return states.used(over, state -> state.revokedBefore() != 0);
    }

    void changedAll() {
        states.clear();
    }

    void tick() {
        JwtReader current = reader;
        if (current != null) {
            current.tick();
        }
    }
}
