package io.redisroles.sidecar.limit;

import io.redisroles.contract.Algorithm;
import io.redisroles.contract.LimitMode;
import io.redisroles.contract.LimitUnit;
import io.redisroles.contract.OnStoreFailure;
import io.redisroles.contract.PolicySection;
import io.redisroles.contract.PolicySection.Limit;
import io.redisroles.contract.SubjectPart;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
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

    @Test
    void aTokenBucketHasItsShareOfBurstAndRate() {
        // Given six at once and three a second, for three sidecars
        Charge charge = charge(new Algorithm.TokenBucket(Duration.ofSeconds(1)), new PolicySection.Amount(3, 6), 3);

        // When, Then
        assertThat(admitted(charge, 10)).isEqualTo(2);
        nanos.addAndGet(Duration.ofMillis(999).toNanos());
        assertThat(admitted(charge, 1)).isEqualTo(0);
        nanos.addAndGet(Duration.ofMillis(1).toNanos());
        assertThat(admitted(charge, 2)).isEqualTo(1);
    }

    @Test
    void aLeakyBucketPacesItsShare() {
        // Given four a second, for two sidecars
        Charge charge = charge(
                new Algorithm.LeakyBucket(Duration.ofSeconds(1), Duration.ofSeconds(1)), PolicySection.Amount.of(4), 2);

        // When
        List<Long> delays = IntStream.range(0, 3)
                .mapToObj(i -> limiter.decide(List.of(charge)).delayMicros())
                .toList();

        // Then
        assertThat(delays).containsExactly(0L, 500_000L, 1_000_000L);
        assertThat(limiter.decide(List.of(charge)).admitted()).isFalse();
    }

    @Test
    void aSlotIsFreeAgainWhenItsRequestEnds() {
        // Given two slots each
        Charge charge = charge(new Algorithm.Concurrency(Duration.ofSeconds(30)), PolicySection.Amount.of(5), 2);
        LimitDecision first = limiter.decide(List.of(charge));
        assertThat(limiter.decide(List.of(charge)).admitted()).isTrue();
        assertThat(limiter.decide(List.of(charge)).admitted()).isFalse();

        // When
        first.permit().close();
        first.permit().close();

        // Then
        assertThat(admitted(charge, 2)).isEqualTo(1);
    }

    @Test
    void anotherAlgorithmStartsAfresh() {
        // Given
        assertThat(admitted(charge("a", 1, 1), 2)).isEqualTo(1);

        // When, Then
        Charge other = charge(new Algorithm.TokenBucket(Duration.ofMinutes(1)), PolicySection.Amount.of(1), 1);
        assertThat(admitted(new Charge(other.terms(), "a", 1), 2)).isEqualTo(1);
    }

    private long admitted(Charge charge, int times) {
        return IntStream.range(0, times)
                .filter(i -> limiter.decide(List.of(charge)).admitted())
                .count();
    }

    private static Charge charge(String key, long requests, int sidecars) {
        Charge charge =
                charge(new Algorithm.SlidingWindow(Duration.ofMinutes(1)), PolicySection.Amount.of(requests), sidecars);
        return new Charge(charge.terms(), key, sidecars);
    }

    private static Charge charge(Algorithm algorithm, PolicySection.Amount amount, int sidecars) {
        Limit limit = new Limit(
                "limit",
                List.of(SubjectPart.IP),
                amount,
                algorithm,
                1,
                LimitUnit.REQUEST,
                LimitMode.ENFORCE,
                Map.of(),
                OnStoreFailure.LOCAL);
        return new Charge(new Terms(limit, amount), "subject", sidecars);
    }
}
