package io.redisroles.sidecar.limit;

import io.redisroles.contract.Algorithm;
import io.redisroles.contract.LimitMode;
import io.redisroles.contract.OnStoreFailure;
import io.redisroles.contract.PolicySection.Amount;
import io.redisroles.sidecar.redis.FailureReason;
import io.redisroles.sidecar.redis.StoreUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What happens while the shared limiter has no answer. */
class FallbackRateLimiterTest {
    private final FallbackRateLimiter limiter = new FallbackRateLimiter(
            charges -> CompletableFuture.failedFuture(new StoreUnavailableException(FailureReason.TIMEOUT)),
            new LocalRateLimiter(() -> 0L, 16));

    @Test
    void anEnforcedLimitThatDeniesLeavesTheRequestUndecided() {
        assertThatThrownBy(() -> decide(
                        charge("open", LimitMode.ENFORCE, OnStoreFailure.ALLOW),
                        charge("shut", LimitMode.ENFORCE, OnStoreFailure.DENY)))
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(StoreUnavailableException.class);
    }

    @ParameterizedTest
    @EnumSource(OnStoreFailure.class)
    void aShadowLimitRefusesNobodyWhateverItSaysOfAnAbsentRedis(OnStoreFailure onStoreFailure) {
        for (int i = 0; i < 3; i++) {
            assertThat(decide(charge("watched", LimitMode.SHADOW, onStoreFailure))
                            .admitted())
                    .isTrue();
        }
    }

    @Test
    void anEnforcedLimitBesideAShadowOneIsDecidedHere() {
        Charge[] both = {
            charge("watched", LimitMode.SHADOW, OnStoreFailure.DENY),
            charge("counted", LimitMode.ENFORCE, OnStoreFailure.LOCAL)
        };

        assertThat(decide(both).admitted()).isTrue();
        assertThat(decide(both).admitted()).isFalse();
    }

    private LimitDecision decide(Charge... charges) {
        return limiter.acquire(List.of(charges)).toCompletableFuture().join();
    }

    private static Charge charge(String key, LimitMode mode, OnStoreFailure onStoreFailure) {
        Terms terms = TestLimits.terms(
                new Algorithm.SlidingWindow(Duration.ofHours(1)), Amount.of(1), 1, mode, onStoreFailure);
        return new Charge(terms, key, 1);
    }
}
