package io.redisroles.sidecar.limit;

import io.redisroles.contract.Algorithm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Sidecars that hear of another key one after the other, and the counters that they share. */
class TwinCountersTest {
    private static final int LIMIT = 50;
    private static final int SIDECARS = 4;
    private static final long PERIOD = Duration.ofMinutes(1).toNanos();
    private static final Terms TERMS = TestLimits.terms(new Algorithm.SlidingWindow(Duration.ofMinutes(1)), LIMIT);

    private final AtomicLong now = new AtomicLong(1_000_000_000);
    private final LocalRateLimiter counters = new LocalRateLimiter(now::get, 1000);
    private final TwinCounters twins =
            new TwinCounters(charges -> CompletableFuture.completedFuture(counters.decide(charges)));

    @Test
    void whicheverNamesTheyKnowNoMoreThanTheLimitPassInAnyPeriod() {
        int passed = 0;
        for (int seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            int[] phases = new int[SIDECARS];
            long lastWithFormerOnly = now.get();
            List<Long> admitted = new ArrayList<>();
            while (Arrays.stream(phases).min().orElseThrow() < 2 || admitted.size() < 10 * LIMIT) {
                // When: the former name is given up a period after the last sidecar has heard of the other one
                now.addAndGet(random.nextLong(PERIOD / 40));
                int moving = random.nextInt(10 * SIDECARS);
                if (Arrays.stream(phases).anyMatch(phase -> phase == 0)) {
                    lastWithFormerOnly = now.get();
                }
                if (moving < SIDECARS
                        && (phases[moving] == 0
                                || (phases[moving] == 1 && now.get() - lastWithFormerOnly > PERIOD + PERIOD / 50))) {
                    phases[moving]++;
                }
                if (admits("user" + seed, phases[random.nextInt(SIDECARS)])) {
                    admitted.add(now.get());
                }
            }

            // Then
            for (int i = LIMIT; i < admitted.size(); i++) {
                assertThat(admitted.get(i) - admitted.get(i - LIMIT))
                        .as("seed %d", seed)
                        .isGreaterThan(PERIOD);
            }
            passed += admitted.size();
        }
        assertThat(passed).isGreaterThan(100 * 10 * LIMIT - 1);
    }

    @Test
    void aLimitThatIsCountedTwiceIsAnsweredOnceByTheTighterCounter() {
        // Given
        assertThat(admits("ada", 0)).isTrue();
        assertThat(admits("ada", 0)).isTrue();

        // When
        LimitDecision decision = decide("ada", 1);

        // Then
        assertThat(decision.quotas()).singleElement().satisfies(quota -> {
            assertThat(quota.remaining()).isEqualTo(LIMIT - 3);
            assertThat(quota.exceeded()).isFalse();
        });
    }

    @Test
    void whatIsKnownToBeRefusedUnderOneNameIsKnownForBoth() {
        // Given
        DenyCache cache = new DenyCache(this::asRedis, now::get, 16, Optional.empty());
        TwinCounters cached = new TwinCounters(cache);
        for (int i = 0; i <= LIMIT; i++) {
            cached.acquire(List.of(charge("ada", 0)));
        }

        // Then
        assertThat(cached.hasRefusals()).isTrue();
        assertThat(cached.refusal(List.of(charge("ada", 1))).orElseThrow().quotas())
                .singleElement()
                .satisfies(quota -> assertThat(quota.exceeded()).isTrue());
        assertThat(cached.refusal(List.of(charge("bob", 1)))).isEmpty();
    }

    private CompletionStage<LimitDecision> asRedis(List<Charge> charges) {
        LimitDecision decision = counters.decide(charges);
        return CompletableFuture.completedFuture(
                new LimitDecision(decision.admitted(), decision.quotas(), LimitDecision.Source.REDIS));
    }

    private boolean admits(String user, int phase) {
        return decide(user, phase).admitted();
    }

    private LimitDecision decide(String user, int phase) {
        return twins.acquire(List.of(charge(user, phase))).toCompletableFuture().join();
    }

    private static Charge charge(String user, int phase) {
        return switch (phase) {
            case 0 -> new Charge(TERMS, "former:" + user, 1);
            case 1 -> new Charge(TERMS, "former:" + user, Optional.of("new:" + user), 1);
            default -> new Charge(TERMS, "new:" + user, 1);
        };
    }
}
