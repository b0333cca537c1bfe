package io.redisroles.sidecar.limit;

import io.redisroles.contract.OnStoreFailure;
import io.redisroles.contract.PolicySection.Limit;
import io.redisroles.contract.SubjectPart;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LocalRateLimiterTest {
    private final AtomicLong nanos = new AtomicLong(Duration.ofHours(3).toNanos());
    private final LocalRateLimiter limiter = new LocalRateLimiter(nanos::get, 2);

    @Test
    void itAdmitsItsShareAndAgainAfterTheWaitItNamed() {
        // Given
        assertThat(limiter.decide(List.of(charge("a", 7, 3))).admitted()).isTrue();
        assertThat(limiter.decide(List.of(charge("a", 7, 3))).admitted()).isTrue();

        // When
        LimitDecision refused = limiter.decide(List.of(charge("a", 7, 3)));

        // Then
        assertThat(refused.admitted()).isFalse();
        nanos.addAndGet(
                Duration.ofSeconds(refused.quotas().get(0).waitSeconds()).toNanos());
        assertThat(limiter.decide(List.of(charge("a", 7, 3))).admitted()).isTrue();
    }

    @Test
    void aShareOfNothingRefuses() {
        assertThat(limiter.decide(List.of(charge("a", 2, 3))).admitted()).isFalse();
    }

    @Test
    void oneRefusalDebitsNone() {
        // Given
        limiter.decide(List.of(charge("a", 1, 1)));

        // When
        limiter.decide(List.of(charge("b", 1, 1), charge("a", 1, 1)));

        // Then
        assertThat(limiter.decide(List.of(charge("b", 1, 1))).admitted()).isTrue();
    }

    @Test
    void whenMemoryIsFullNewSubjectsShareOne() {
        // Given
        limiter.decide(List.of(charge("a", 1, 1)));
        limiter.decide(List.of(charge("b", 1, 1)));

        // When
        boolean third = limiter.decide(List.of(charge("c", 1, 1))).admitted();
        boolean fourth = limiter.decide(List.of(charge("d", 1, 1))).admitted();

        // Then
        assertThat(third).isTrue();
        assertThat(fourth).isFalse();
    }

    @Test
    void subjectsThatNobodyCountsAnyMoreMakeRoom() {
        // Given
        limiter.decide(List.of(charge("a", 1, 1)));
        limiter.decide(List.of(charge("b", 1, 1)));
        nanos.addAndGet(Duration.ofMinutes(2).toNanos());

        // When
        limiter.decide(List.of(charge("c", 1, 1)));
        limiter.decide(List.of(charge("d", 1, 1)));

        // Then
        assertThat(limiter.subjects()).isEqualTo(2);
    }

    private static Charge charge(String key, long requests, int sidecars) {
        Limit limit = new Limit(
                "limit", List.of(SubjectPart.IP), requests, Duration.ofMinutes(1), 1, Map.of(), OnStoreFailure.LOCAL);
        return new Charge(limit, key, requests, sidecars);
    }
}
