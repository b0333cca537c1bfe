package io.redisroles.sidecar.limit;

import io.redisroles.contract.Algorithm;
import io.redisroles.contract.LimitMode;
import io.redisroles.contract.LimitUnit;
import io.redisroles.contract.OnStoreFailure;
import io.redisroles.contract.PolicySection.Amount;
import io.redisroles.contract.PolicySection.Limit;
import io.redisroles.contract.SubjectPart;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DenyCacheTest {
    private static final Duration PER = Duration.ofMinutes(1);
    private static final long MILLI = 1_000_000;
    private static final Limit LIMIT = Limit.slidingWindow("api", List.of(SubjectPart.IP), 2, PER);

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5); // wraps in the first test that waits
    private final Shared shared = new Shared();
    private final DenyCache cache = new DenyCache(shared, now::get, 64, Optional.empty());

    @Test
    void aSubjectOverItsLimitIsRefusedFromMemoryAndRedisIsAskedAgainEachSecond() {
        // Given
        ask("a", LIMIT);
        ask("a", LIMIT);
        assertThat(ask("a", LIMIT).source()).isEqualTo(LimitDecision.Source.REDIS);
        shared.asked = 0;

        // When
        for (int request = 0; request < 5000; request++) {
            now.addAndGet(MILLI);
            LimitDecision decision = ask("a", LIMIT);

            // Then
            assertThat(decision.admitted()).isFalse();
            assertThat(decision.quotas()).extracting(Quota::exceeded).containsExactly(true);
        }
        assertThat(shared.asked).as("of 5000 requests in 5 s").isLessThanOrEqualTo(5);
    }

    @Test
    void whatRemainsOfTheWaitIsSaid() {
        // Given
        exhaust("a");
        long before = ask("a", LIMIT).quotas().get(0).waitMicros();

        // When
        now.addAndGet(700 * MILLI);

        // Then
        LimitDecision cached = ask("a", LIMIT);
        assertThat(cached.source()).isEqualTo(LimitDecision.Source.CACHE);
        assertThat(cached.quotas().get(0).waitMicros()).isEqualTo(before - 700_000);
    }

    @Test
    void aQuarterOfTheSizeIsRemembered() {
        // Given
        Denials denials = new Denials(4096);
        Terms terms = new Terms(LIMIT, Amount.of(3));
        for (int user = 0; user < 1024; user++) {
            denials.add(new Denials.Denial("rl:{u%08d}".formatted(user), terms, 0, 1000, 1000), 0);
        }

        // When
        int forgotten = 0;
        for (int user = 0; user < 1024; user++) {
            forgotten += denials.knew("rl:{u%08d}".formatted(user)) ? 0 : 1;
        }

        // Then
        assertThat(forgotten).isZero();
    }

    @Test
    void nothingIsEverRefusedThatTheSharedCounterWouldAdmit() {
        for (int seed = 0; seed < 200; seed++) {
            // Given
            Random random = new Random(seed);
            AtomicLong clock = new AtomicLong(random.nextLong());
            Shared truth = new Shared(clock);
            DenyCache tested = new DenyCache(truth, clock::get, 8, Optional.empty());
            Limit limit = Limit.slidingWindow("api", List.of(SubjectPart.IP), 3, Duration.ofSeconds(1 + seed % 3));
            for (int step = 0; step < 300; step++) {
                clock.addAndGet(random.nextInt(4) == 0 ? random.nextInt(900) * MILLI : random.nextInt(3) * MILLI);
                List<Charge> charges =
                        List.of(new Charge(new Terms(limit, Amount.of(3)), "subject" + random.nextInt(30), 1));

                // When
                boolean fits = truth.wouldAdmit(charges);
                LimitDecision decision = answer(tested.acquire(charges));

                // Then
                assertThat(decision.admitted())
                        .as("seed %d, step %d, by %s", seed, step, decision.source())
                        .isEqualTo(fits);
            }
        }
    }

    @Test
    void aRefusalIsDatedFromWhenItWasAsked() {
        // Given
        exhaust("a");
        now.addAndGet(2000 * MILLI);
        shared.delay = 900 * MILLI;
        assertThat(ask("a", LIMIT).source()).isEqualTo(LimitDecision.Source.REDIS);
        shared.delay = 0;

        // When
        now.addAndGet(101 * MILLI);

        // Then
        assertThat(ask("a", LIMIT).source()).isEqualTo(LimitDecision.Source.REDIS);
    }

    @Test
    void anotherPolicyTierOrSubjectIsAskedAbout() {
        // Given
        exhaust("a");
        assertThat(ask("a", LIMIT).source()).isEqualTo(LimitDecision.Source.CACHE);

        // Then
        Limit readAnew = Limit.slidingWindow("api", List.of(SubjectPart.IP), 2, PER);
        assertThat(ask("a", readAnew).source()).isEqualTo(LimitDecision.Source.REDIS);
        assertThat(answer(cache.acquire(List.of(new Charge(new Terms(LIMIT, Amount.of(20)), "a", 1))))
                        .admitted())
                .isTrue();
        assertThat(ask("b", LIMIT).admitted()).isTrue();
    }

    @Test
    void aRequestWithSeveralLimitsIsRefusedByTheOneThatIsKnown() {
        // Given
        Limit other = Limit.slidingWindow("other", List.of(SubjectPart.IP), 100, PER);
        exhaust("a");

        // When
        LimitDecision decision = answer(cache.acquire(List.of(
                new Charge(new Terms(other, Amount.of(100)), "o", 1),
                new Charge(new Terms(LIMIT, Amount.of(2)), "a", 1))));

        // Then
        assertThat(decision.source()).isEqualTo(LimitDecision.Source.CACHE);
        assertThat(decision.quotas()).extracting(Quota::limit).containsExactly(LIMIT);
    }

    @Test
    void slotsThatAreGivenBackAtAnyTimeAndLimitsThatOnlyWatchAreAlwaysAskedAbout() {
        // Given
        Limit concurrency = with(LIMIT, new Algorithm.Concurrency(Duration.ofMinutes(1)), LimitMode.ENFORCE);
        Limit shadow = with(LIMIT, LIMIT.algorithm(), LimitMode.SHADOW);

        // When
        for (int i = 0; i < 4; i++) {
            ask("c", concurrency);
            ask("s", shadow);
        }

        // Then
        assertThat(shared.asked).isEqualTo(8);
    }

    @Test
    void memoryIsBoundedAndWhatIsForgottenIsAskedAgain() {
        // When
        for (int i = 0; i < 1000; i++) {
            exhaust("subject" + i);
        }
        shared.asked = 0;
        for (int i = 0; i < 1000; i++) {
            assertThat(ask("subject" + i, LIMIT).admitted()).isFalse();
        }

        // Then
        assertThat(shared.asked).isGreaterThan(900);
    }

    private void exhaust(String key) {
        for (int i = 0; i < 3; i++) {
            ask(key, LIMIT);
        }
    }

    private static LimitDecision answer(CompletionStage<LimitDecision> stage) {
        return stage.toCompletableFuture().join();
    }

    private LimitDecision ask(String key, Limit limit) {
        return answer(cache.acquire(
                List.of(new Charge(new Terms(limit, Amount.of(limit.amount().requests())), key, 1))));
    }

    private static Limit with(Limit limit, Algorithm algorithm, LimitMode mode) {
        return new Limit(
                limit.name() + algorithm,
                limit.by(),
                Amount.of(2),
                algorithm,
                1,
                LimitUnit.REQUEST,
                mode,
                Map.of(),
                OnStoreFailure.DENY);
    }

    /** The shared counters, as the model has them. */
    private final class Shared implements RateLimiter {
        private final AtomicLong clock;
        private final Map<String, SlidingWindow> windows = new HashMap<>();
        private final long start;
        private int asked;
        private long delay;

        Shared() {
            this(now);
        }

        Shared(AtomicLong clock) {
            this.clock = clock;
            this.start = clock.get();
        }

        boolean wouldAdmit(List<Charge> charges) {
            return charges.stream().allMatch(charge -> read(charge).fits());
        }

        @Override
        public CompletionStage<LimitDecision> acquire(List<Charge> charges) {
            asked++;
            clock.addAndGet(delay);
            boolean admitted = wouldAdmit(charges);
            List<Quota> quotas =
                    charges.stream().map(charge -> quota(charge, read(charge))).toList();
            if (admitted) {
                charges.forEach(charge -> window(charge).debit(micros(), 1));
            }
            return CompletableFuture.completedFuture(new LimitDecision(admitted, quotas, LimitDecision.Source.REDIS));
        }

        private static Quota quota(Charge charge, SlidingWindow.Reading reading) {
            return new Quota(charge.terms(), reading.remaining(), reading.waitMicros(), !reading.fits());
        }

        private SlidingWindow.Reading read(Charge charge) {
            return window(charge).read(micros(), charge.requests(), 1);
        }

        private SlidingWindow window(Charge charge) {
            return windows.computeIfAbsent(
                    charge.key(),
                    key -> new SlidingWindow(charge.limit().algorithm().horizon(), key));
        }

        /** Not in step with the nanoseconds: Redis' clock is another one. */
        private long micros() {
            return Math.floorDiv(clock.get() - start + 777, 1000L) + 1_800_000_000_000_000L;
        }
    }
}
