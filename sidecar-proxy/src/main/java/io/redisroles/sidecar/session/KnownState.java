package io.redisroles.sidecar.session;

/**
 * From when on a user's JWTs count.
 *
 * @param revokedBefore in seconds since 1970; 0: all count, negative: none does
 */
record KnownState(long revokedBefore) implements TrackedCache.Kept {
    @Override
    public boolean isGood(long nanos) {
        return true;
    }
}
