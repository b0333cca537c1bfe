package io.redisroles.sidecar.limit;

import io.redisroles.contract.Algorithm;
import io.redisroles.contract.LimitMode;
import io.redisroles.contract.PolicySection.Amount;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the algorithms promise, counted over generated histories by adding up what was admitted; each failure names its seed.
 * {@code -Dlimit.promises=N} plays more.
 */
class PromisesTest {
    private static final int HISTORIES = Integer.getInteger("limit.promises", 600);
    private static final int STEPS = 600;
    private static final long START = 1_800_000_000_000_000L;

    private record Spent(long at, long tokens) {}

    @Test
    void aTokenBucketAdmitsAtMostItsBurstAndWhatFlowsIn() {
        for (int seed = 0; seed < HISTORIES; seed++) {
            // Given
            Random random = new Random(seed);
            Amount amount = new Amount(1L + random.nextInt(2000), 1L + random.nextInt(100));
            long perMicros = 1_000_000L * (1 + random.nextInt(90)) + random.nextInt(7) * 1000L;
            long cost = 1L + random.nextInt((int) Math.min(Math.min(amount.requests(), amount.burst()), 3));
            Terms terms = TestLimits.terms(
                    new Algorithm.TokenBucket(Duration.ofNanos(perMicros * 1000)), amount, cost, LimitMode.ENFORCE);
            PacedBucket bucket = new PacedBucket();
            List<Spent> admitted = new ArrayList<>();
            long now = START;

            // When
            for (int step = 0; step < STEPS; step++) {
                now += random.nextInt(4) == 0 ? random.nextLong(2 * perMicros) : random.nextInt(50_000);
                if (random.nextInt(20) == 0) {
                    long ahead = terms.leaseMicros();
                    long tokens = bucket.lease(now, terms.pace(), 1 + random.nextInt(20), 2, ahead);
                    // Spent at the worst moments: some at once, some at the last.
                    if (tokens > 0) {
                        admitted.add(new Spent(now + random.nextLong(ahead + 1), tokens));
                    }
                } else if (bucket.fits(now, terms)) {
                    bucket.debit(now, terms);
                    admitted.add(new Spent(now, cost));
                }
            }

            // Then
            admitted.sort((one, other) -> Long.compare(one.at, other.at));
            for (int from = 0; from < admitted.size(); from += 7) {
                long sum = 0;
                for (int to = from; to < Math.min(admitted.size(), from + 200); to++) {
                    sum += admitted.get(to).tokens;
                    long span = admitted.get(to).at - admitted.get(from).at;
                    // sum <= burst + requests * span / per, in integers
                    assertThat((sum - amount.burst()) * perMicros)
                            .as("seed %d, %d tokens in %d us", seed, sum, span)
                            .isLessThanOrEqualTo(amount.requests() * span);
                }
            }
        }
    }

    @Test
    void aFullTokenBucketAdmitsItsWholeBurstAndObeyingTheWaitAloneSucceeds() {
        for (int seed = 0; seed < HISTORIES; seed++) {
            // Given
            Random random = new Random(seed);
            Amount amount = new Amount(1L + random.nextInt(1_000_000_000), 1L + random.nextInt(50));
            Terms terms = TestLimits.terms(
                    new Algorithm.TokenBucket(Duration.ofMillis(1000L + random.nextInt(2_000_000))),
                    amount,
                    1,
                    LimitMode.ENFORCE);
            PacedBucket bucket = new PacedBucket();

            // When
            for (int i = 0; i < amount.burst(); i++) {
                assertThat(bucket.fits(START, terms)).as("seed %d, %d", seed, i).isTrue();
                bucket.debit(START, terms);
            }

            // Then
            assertThat(bucket.fits(START, terms)).as("seed %d", seed).isFalse();
            long wait = bucket.quota(START, terms, true).waitMicros();
            assertThat(bucket.fits(START + wait, terms)).as("seed %d", seed).isTrue();
            assertThat(bucket.fits(START + wait - 1, terms)).as("seed %d", seed).isFalse();
        }
    }

    @Test
    void requestsLeaveALeakyBucketAtItsPaceAndNoneWaitsLongerThanItMay() {
        for (int seed = 0; seed < HISTORIES; seed++) {
            // Given
            Random random = new Random(seed);
            long requests = 1L + random.nextInt(3000);
            Duration maxWait = Duration.ofMillis(random.nextInt(30_000));
            Terms terms = TestLimits.terms(
                    new Algorithm.LeakyBucket(Duration.ofSeconds(60), maxWait),
                    Amount.of(requests),
                    1,
                    LimitMode.ENFORCE);
            PacedBucket bucket = new PacedBucket();
            long now = START;
            List<Long> departures = new ArrayList<>();

            // When
            for (int step = 0; step < STEPS; step++) {
                now += random.nextInt(60_000);
                if (bucket.fits(now, terms)) {
                    bucket.debit(now, terms);
                    long delay = terms.pace().delayMicros(bucket.room(now, terms.pace()));
                    assertThat(delay).isBetween(0L, maxWait.toMillis() * 1000);
                    departures.add(now + delay);
                }
            }

            // Then
            for (int i = 1; i < departures.size(); i++) {
                // Departures are told in whole microseconds.
                assertThat((departures.get(i) - departures.get(i - 1) + 1) * requests)
                        .as("seed %d", seed)
                        .isGreaterThanOrEqualTo(60_000_000L);
            }
        }
    }

    @Test
    void windowsWithLeasesHoldTheirLimitThoughRefundsGetLost() {
        for (int seed = 0; seed < HISTORIES; seed++) {
            // Given
            Random random = new Random(seed);
            long limit = 20L + random.nextInt(200);
            long per = 60_000_000;
            SlidingWindow window = new SlidingWindow(Duration.ofMinutes(1), "key" + seed);
            List<Spent> spent = new ArrayList<>();
            long now = START + random.nextInt(2_000_000);

            // When
            for (int step = 0; step < STEPS; step++) {
                now += switch (random.nextInt(12)) {
                    case 0 -> random.nextInt(30_000_000);
                    case 1 -> random.nextInt(40) == 0 ? 300_000_000 : 0; // the clock jumps
                    default -> random.nextInt(300_000);
                };
                if (random.nextInt(3) > 0) {
                    if (window.read(now, limit, 1).fits()) {
                        window.debit(now, 1);
                        spent.add(new Spent(now, 1));
                    }
                    continue;
                }
                long ahead = 1_000_000;
                SlidingWindow.Lease lease =
                        window.lease(now, limit, 1 + random.nextInt(9), 1 + random.nextInt(3), ahead);
                long used = lease.tokens() == 0 ? 0 : random.nextLong(lease.tokens() + 1);
                long last = now + random.nextLong(ahead + 1);
                for (long token = 0; token < used; token++) {
                    spent.add(new Spent(token == 0 ? last : now + random.nextLong(last - now + 1), 1));
                }
                if (used < lease.tokens() && random.nextInt(10) > 0) {
                    now = Math.max(now, last);
                    window.refund(now, lease.slot(), lease.tokens() - used);
                }
            }

            // Then
            spent.sort((one, other) -> Long.compare(one.at, other.at));
            int from = 0;
            for (int to = 0; to < spent.size(); to++) {
                while (spent.get(from).at <= spent.get(to).at - per) {
                    from++;
                }
                assertThat(to - from + 1).as("seed %d", seed).isLessThanOrEqualTo((int) limit);
            }
        }
    }

    @Test
    void aSteppingClockOfAnyAlgorithmAdmitsNothingMore() {
        for (Algorithm algorithm : List.of(
                new Algorithm.SlidingWindow(Duration.ofMinutes(1)),
                new Algorithm.TokenBucket(Duration.ofMinutes(1)),
                new Algorithm.LeakyBucket(Duration.ofMinutes(1), Duration.ZERO))) {
            // Given
            Terms terms = TestLimits.terms(algorithm, Amount.of(5), 5, LimitMode.ENFORCE);
            Tally tally = Tally.of(new Charge(terms, "key", 1));
            tally.debit(START, terms);

            // When, Then
            for (long back = 0; back < 50_000_000; back += 999_999) {
                assertThat(tally.fits(START - back, terms)).as("%s", algorithm).isFalse();
            }
        }
    }

    @Test
    void fineTimesAreExact() {
        Random random = new Random(1);
        for (int i = 0; i < 200_000; i++) {
            // Given
            long parts = 1 + random.nextLong(1_000_000_000L);
            FineTime one = FineTime.partOf(1_000_000 + random.nextLong(2_678_400_000_000L), parts);
            long factor = 1 + random.nextLong(Math.min(parts, 1_000_000_000L));

            // When
            FineTime product = one.times(factor);

            // Then
            assertThat(product.count(one)).isEqualTo(factor);
            assertThat(product.minus(new FineTime(0, 1)).count(one)).isEqualTo(factor - 1);
        }
    }
}
