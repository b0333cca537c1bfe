package io.redisroles.sidecar.limit;

import io.redisroles.contract.PolicySection;
import io.redisroles.contract.PolicySection.Amount;
import io.redisroles.contract.PolicySection.Limit;
import io.redisroles.contract.SubjectPart;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class NewSubjectBoundTest {
    private static final long SECOND = 1_000_000_000;
    private static final int PER_SECOND = 500;
    private static final Limit LIMIT = Limit.slidingWindow("api", List.of(SubjectPart.IP), 100, Duration.ofMinutes(1));
    private static final String OVERFLOW = "rate:{overflow}:caas/gateway:api";

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - SECOND);
    private final Set<String> counted = new HashSet<>();
    private final AtomicInteger overflowed = new AtomicInteger();
    private final LocalRateLimiter counters = new LocalRateLimiter(now::get, 1_000_000);
    private final NewSubjectBound bound = new NewSubjectBound(
            charges -> {
                charges.forEach(charge -> counted.add(charge.key()));
                return CompletableFuture.completedFuture(counters.decide(charges));
            },
            NewSubjectBoundTest::policy,
            now::get,
            42,
            16_384,
            limit -> overflowed.incrementAndGet());

    @Test
    void aHundredThousandInventedSubjectsBeginFewCountersAndMostAreRefused() {
        // Given
        int subjects = 100_000;
        int seconds = 10;
        int admitted = 0;

        // When
        for (int i = 0; i < subjects; i++) {
            now.addAndGet(seconds * SECOND / subjects);
            admitted += admits("invented" + i) ? 1 : 0;
        }

        // Then
        int most = PER_SECOND * (seconds + 1);
        assertThat(counted).as("a second's budget at once, then its rate").hasSizeBetween(most - 5, most + 1);
        assertThat(counted).contains(OVERFLOW);
        assertThat(overflowed).hasValue(subjects - (counted.size() - 1));
        assertThat(admitted).as("the excess has the limit's amount, together").isEqualTo(counted.size() - 1 + 100);
    }

    @Test
    void whoWasSeenLatelyIsNotHeldUpByAFlood() {
        // Given
        assertThat(admits("regular")).isTrue();

        for (int second = 0; second < 100; second++) {
            // When
            for (int i = 0; i < 2000; i++) {
                admits("invented" + second + "/" + i);
            }
            now.addAndGet(SECOND);
            counted.clear();

            // Then
            admits("regular");
            assertThat(counted).as("second %d", second).containsExactly("regular");
        }
    }

    @Test
    void whoWasNotSeenForTwoMinutesIsNew() {
        // Given
        admits("visitor");
        now.addAndGet(121 * SECOND);
        for (int i = 0; i < PER_SECOND; i++) {
            admits("invented" + i);
        }
        counted.clear();

        // When
        admits("visitor");

        // Then
        assertThat(counted).containsExactly(OVERFLOW);
    }

    @Test
    void whoIsKnownByOneNameIsKnownByTheOther() {
        // Given: twice as many as may begin in a second, all of them regulars
        for (int i = 0; i < 2 * PER_SECOND; i++) {
            now.addAndGet(SECOND / PER_SECOND);
            admits("former" + i);
        }
        counted.clear();

        // When: they are counted under two names, and then under the new one alone
        for (int i = 0; i < 2 * PER_SECOND; i++) {
            admits("former" + i, Optional.of("new" + i));
        }
        for (int i = 0; i < 2 * PER_SECOND; i++) {
            admits("new" + i);
        }

        // Then
        assertThat(counted).doesNotContain(OVERFLOW);
        assertThat(overflowed).hasValue(0);
    }

    private boolean admits(String key) {
        return admits(key, Optional.empty());
    }

    private boolean admits(String key, Optional<String> twin) {
        return bound.acquire(List.of(new Charge(new Terms(LIMIT, Amount.of(100)), key, twin, 1)))
                .toCompletableFuture()
                .join()
                .admitted();
    }

    private static PolicySection policy() {
        return TestPolicies.section(PER_SECOND, 1);
    }
}
