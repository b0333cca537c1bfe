package io.redisroles.sidecar.session;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.redisroles.contract.Jwt;
import java.text.ParseException;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Verifies JWTs (RFC 7519, RFC 8725) of one issuer. What was verified is remembered by the token's hash for as long as the
 * issuer's keys stay the same and the token lives. Bounded. Safe for all threads.
 */
final class JwtReader {
    private static final int MOST_KNOWN = 4096;
    private static final int MOST_KEPT_WHEN_FULL = MOST_KNOWN - MOST_KNOWN / 8;
    private static final int LONGEST_SUBJECT = 256;

    private final Jwt.Verified settings;
    private final String tierClaim;
    private final Jwks keys;
    private final Map<String, VerifiedJwt> known = new ConcurrentHashMap<>();

    JwtReader(Jwt.Verified settings, String tierClaim, Jwks keys) {
        this.settings = settings;
        this.tierClaim = tierClaim;
        this.keys = keys;
    }

    boolean isFor(Jwt.Verified asked, String tier) {
        return settings.equals(asked) && tierClaim.equals(tier);
    }

    void tick() {
        keys.tick();
    }

    /** The token, if it was verified before and still holds; null if it has to be verified. */
    @Nullable
    VerifiedJwt find(String sha256, long seconds) {
        VerifiedJwt found = known.get(sha256);
        return found != null && found.isGood(keys.keys(), seconds) ? found : null;
    }

    /** Verifies a token; empty if it is not to be trusted. Fails if the issuer's keys cannot be had. */
    CompletionStage<Optional<VerifiedJwt>> read(String token, String sha256, long seconds) {
        SignedJWT jwt;
        try {
            jwt = SignedJWT.parse(token);
        } catch (ParseException | RuntimeException e) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        if (!JwtSignature.isAllowed(jwt.getHeader().getAlgorithm())) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return keys.keysFor(jwt.getHeader().getKeyID()).thenApply(set -> {
            Optional<VerifiedJwt> verified = verify(jwt, sha256, set).filter(good -> good.isTimely(seconds));
            verified.ifPresent(good -> remember(sha256, good));
            return verified;
        });
    }

    private Optional<VerifiedJwt> verify(SignedJWT jwt, String sha256, Jwks.Keys set) {
        JWSAlgorithm algorithm = jwt.getHeader().getAlgorithm();
        for (JWK key : set.candidates(jwt.getHeader().getKeyID(), algorithm)) {
            if (JwtSignature.isBy(key, jwt)) {
                return claims(jwt, sha256, set);
            }
        }
        return Optional.empty();
    }

    private Optional<VerifiedJwt> claims(SignedJWT jwt, String sha256, Jwks.Keys set) {
        JWTClaimsSet claims;
        String subject;
        try {
            claims = jwt.getJWTClaimsSet();
            subject = claims.getSubject();
        } catch (ParseException | RuntimeException e) {
            return Optional.empty();
        }
        boolean ours = settings.issuer().equals(claims.getIssuer())
                && (settings.audience().isEmpty() || claims.getAudience().contains(settings.audience()));
        if (!ours
                || subject == null
                || subject.isEmpty()
                || subject.length() > LONGEST_SUBJECT
                || claims.getExpirationTime() == null) {
            return Optional.empty();
        }
        String key = settings.statePrefix().isEmpty() ? "" : settings.statePrefix() + subject;
        Proof proof =
                new Proof(Proof.Kind.JWT, key, "", seconds(claims.getIssueTime()), seconds(claims.getExpirationTime()));
        Session session = new Session(subject, tier(claims), sha256, proof);
        return Optional.of(new VerifiedJwt(session, seconds(claims.getNotBeforeTime()), set));
    }

    private String tier(JWTClaimsSet claims) {
        Object tier = claims.getClaim(tierClaim);
        return tier instanceof String || tier instanceof Number ? tier.toString() : "";
    }

    @SuppressWarnings("JavaUtilDate") // What the library has.
    private static long seconds(@Nullable Date time) {
        return time == null ? 0 : Instant.ofEpochMilli(time.getTime()).getEpochSecond();
    }

    private void remember(String sha256, VerifiedJwt token) {
        if (known.size() >= MOST_KNOWN) {
            var ids = known.keySet().iterator();
            while (known.size() > MOST_KEPT_WHEN_FULL && ids.hasNext()) {
                ids.next();
                ids.remove();
            }
        }
        known.put(sha256, token);
    }
}
