package io.redisroles.sidecar.session;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A JWT whose signature, issuer, audience and claims are right; whether its time has come or passed is asked at each use. */
final class VerifiedJwt {
    /** How far the clocks of issuer and proxy may be apart, in seconds. */
    static final long SKEW = 60;

    private final Session session;
    private final long notBefore;
    private final Jwks.Keys keys;
    private volatile @Nullable CompletionStage<SessionVerdict> hit;
    private volatile long told;

    /**
     * A verified token.
     *
     * @param notBefore in seconds since 1970
     * @param keys by which it was verified
     */
    VerifiedJwt(Session session, long notBefore, Jwks.Keys keys) {
        this.session = session;
        this.notBefore = notBefore;
        this.keys = keys;
    }

    Session session() {
        return session;
    }

    /** Whether statistics should know that it was used, at {@code seconds} since 1970; once a second. */
    boolean mustTell(long seconds) {
        if (told == seconds) {
            return false;
        }
        told = seconds;
        return true;
    }

    /** Whether it is verified by the keys in use, and neither too early nor too late. */
    @SuppressWarnings("ReferenceEquality") // Another set is another object.
    boolean isGood(Jwks.@Nullable Keys inUse, long seconds) {
        return keys == inUse && isTimely(seconds);
    }

    boolean isTimely(long seconds) {
        return seconds < session.proof().endsAt() + SKEW && seconds >= notBefore - SKEW;
    }

    /**
     * Whether it was issued after its user's tokens were revoked.
     *
     * @param revokedBefore in seconds since 1970; negative: all of them are
     */
    boolean isIssuedAfter(long revokedBefore) {
        return isIssuedAfter(session, revokedBefore);
    }

    static boolean isIssuedAfter(Session session, long revokedBefore) {
        return revokedBefore >= 0 && (revokedBefore == 0 || session.proof().issuedAt() >= revokedBefore);
    }

    /** The verdict on a request that shows it, without asking anybody. */
    CompletionStage<SessionVerdict> hit() {
        CompletionStage<SessionVerdict> known = hit;
        if (known != null) {
            return known;
        }
        CompletionStage<SessionVerdict> fresh =
                CompletableFuture.completedFuture(new SessionVerdict.Valid(session, false, true));
        hit = fresh;
        return fresh;
    }
}
