package io.redisroles.sidecar.limit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The promise of LIMITS, on many generated histories; each failure names its seed. */
class SlidingWindowTest {
    private static final int HISTORIES = 400;
    private static final int STEPS = 250;
    private static final Duration PER = Duration.ofMinutes(1);
    private static final String KEY = "rl:{user}:caas/gateway:api";
    private static final long PER_MICROS = 60_000_000;
    private static final long SUB_WINDOW = 1_200_000;

    private record Debit(long at, long cost) {}

    @ParameterizedTest
    @CsvSource({"1s, 20000", "60s, 1200000", "1001ms, 20020", "744h, 53568000000"})
    void aSubWindowIsAFiftiethRoundedUp(String per, long micros) {
        assertThat(SlidingWindow.subWindowMicros(io.redisroles.contract.DurationText.parse(per)))
                .isEqualTo(micros);
    }

    @Test
    void noWindowOfThePeriodEverHoldsMoreThanTheLimit() {
        for (int seed = 0; seed < HISTORIES; seed++) {
            // Given
            Random random = new Random(seed);
            long limit = 1L + random.nextInt(20);

            // When
            List<Debit> admitted = run(random, limit, new ArrayList<>());

            // Then
            for (Debit end : admitted) {
                assertThat(sum(admitted, end.at - PER_MICROS, end.at))
                        .as("seed %d, window that ends at %d", seed, end.at)
                        .isLessThanOrEqualTo(limit);
            }
        }
    }

    @Test
    void aRefusalMeansThatTheLimitWasAdmittedWithinThePeriodAndOneSubWindow() {
        for (int seed = 0; seed < HISTORIES; seed++) {
            // Given
            Random random = new Random(seed);
            long limit = 1L + random.nextInt(20);
            List<Debit> refused = new ArrayList<>();

            // When
            List<Debit> admitted = run(random, limit, refused);

            // Then
            for (Debit refusal : refused) {
                assertThat(sum(admitted, refusal.at - PER_MICROS - SUB_WINDOW, refusal.at) + refusal.cost)
                        .as("seed %d, refused at %d", seed, refusal.at)
                        .isGreaterThan(limit);
            }
        }
    }

    @Test
    void theFirstOnesPassUpToTheLimit() {
        // Given
        SlidingWindow window = new SlidingWindow(PER, KEY);

        // When
        for (int i = 0; i < 100; i++) {
            assertThat(window.read(5_000_000, 100, 1).fits())
                    .as("request %d", i)
                    .isTrue();
            window.debit(5_000_000, 1);
        }

        // Then
        assertThat(window.read(5_000_000, 100, 1).fits()).isFalse();
    }

    @Test
    void waitingAsLongAsSaidIsEnoughAndNotAMicrosecondTooLong() {
        for (int seed = 0; seed < HISTORIES; seed++) {
            // Given
            Random random = new Random(seed);
            SlidingWindow window = new SlidingWindow(PER, KEY);
            long now = 1_800_000_000_000_000L;
            for (int i = 0; i < 60; i++) {
                now += random.nextInt(2_000_000);
                if (window.read(now, 10, 2).fits()) {
                    window.debit(now, 1 + random.nextInt(2));
                }
            }

            // When
            SlidingWindow.Reading reading = window.read(now, 10, 3);

            // Then
            if (!reading.fits()) {
                assertThat(window.read(now + reading.waitMicros(), 10, 3).fits())
                        .as("seed %d", seed)
                        .isTrue();
                assertThat(window.read(now + reading.waitMicros() - 1, 10, 3).fits())
                        .as("seed %d", seed)
                        .isFalse();
            }
        }
    }

    @Test
    void aClockThatStepsBackAdmitsNothingMore() {
        // Given
        SlidingWindow window = new SlidingWindow(PER, KEY);
        window.debit(100_000_000, 5);

        // When
        boolean fits = window.read(10_000_000, 5, 1).fits();

        // Then
        assertThat(fits).isFalse();
    }

    @Test
    void theSubWindowsOfManyKeysBeginAtAllTimesAlike() {
        // When
        int[] begun = new int[256];
        for (int user = 0; user < 25_600; user++) {
            begun[SlidingWindow.lag("rl:{user=u%08d}:caas/gateway:api".formatted(user))]++;
        }

        // Then
        assertThat(begun)
                .as("keys by 256th of a sub-window")
                .satisfies(keys -> assertThat(Arrays.stream(keys)).allMatch(count -> count > 50 && count < 200));
    }

    private static List<Debit> run(Random random, long limit, List<Debit> refused) {
        SlidingWindow window = new SlidingWindow(PER, KEY);
        List<Debit> admitted = new ArrayList<>();
        long now = 1_800_000_000_000_000L + random.nextInt(5_000_000);
        for (int i = 0; i < STEPS; i++) {
            now += step(random);
            long cost = 1L + random.nextInt((int) Math.min(limit, 3));
            if (window.read(now, limit, cost).fits()) {
                window.debit(now, cost);
                admitted.add(new Debit(now, cost));
            } else {
                refused.add(new Debit(now, cost));
            }
        }
        return admitted;
    }

    private static long step(Random random) {
        return switch (random.nextInt(8)) {
            case 0, 1, 2 -> random.nextInt(2_000);
            case 3, 4 -> random.nextInt(2_000_000);
            case 5 -> SUB_WINDOW;
            case 6 -> random.nextInt(30_000_000);
            default -> random.nextInt(10) == 0 ? random.nextInt(200_000_000) : 0;
        };
    }

    /** What was admitted in (from, to]. */
    private static long sum(List<Debit> debits, long from, long to) {
        return debits.stream()
                .filter(debit -> debit.at > from && debit.at <= to)
                .mapToLong(Debit::cost)
                .sum();
    }
}
