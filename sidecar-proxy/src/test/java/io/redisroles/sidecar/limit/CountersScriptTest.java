package io.redisroles.sidecar.limit;

import io.redisroles.contract.Algorithm;
import io.redisroles.contract.LimitMode;
import io.redisroles.contract.PolicySection.Amount;
import io.redisroles.redisprocess.ScratchRedis;
import io.redisroles.sidecar.TestStore;
import io.redisroles.sidecar.redis.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The script, on a real Redis whose clock is a key of the test's, against the models. {@code -Dlimit.histories=N} plays more
 * histories.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CountersScriptTest {
    private static final String REAL_CLOCK = "local time = redis.call('TIME')\nlocal now = time[1] * 1000000 + time[2]";
    private static final String TEST_CLOCK = "local now = tonumber(redis.call('GET', 'clock'))";
    private static final String REAL_TTL = "'PX', ";
    private static final long START = 1_800_000_000_000_000L;
    private static final int HISTORIES = Integer.getInteger("limit.histories", 60);
    private static final int STEPS = 120;
    private static final List<Long> REQUESTS = List.of(3L, 10L, 200L, 255L, 256L, 70_000L, 1_000_000_000L);
    private static final Duration PER = Duration.ofMinutes(2);

    private static final List<Algorithm> ALGORITHMS = List.of(
            new Algorithm.SlidingWindow(PER),
            new Algorithm.SlidingWindow(Duration.ofSeconds(90).plusMillis(7)),
            new Algorithm.SlidingWindow(Duration.ofDays(31)),
            new Algorithm.TokenBucket(PER),
            new Algorithm.TokenBucket(Duration.ofDays(31)),
            new Algorithm.LeakyBucket(PER, Duration.ofSeconds(20)),
            new Algorithm.LeakyBucket(Duration.ofDays(31), Duration.ZERO),
            new Algorithm.Concurrency(Duration.ofMinutes(10)),
            new Algorithm.Concurrency(Duration.ofSeconds(30)));

    private final ScratchRedis redis = ScratchRedis.start();
    private final TestStore store = new TestStore(redis);
    private final List<Holder> holders = List.of(new Holder(-7), new Holder(1L << 62), new Holder(0));
    private final List<SharedCounters> counters = new ArrayList<>();

    @BeforeAll
    void replaceTheClock() {
        String text = RedisCounters.SCRIPT.text();
        assertThat(text).contains(REAL_CLOCK).contains(REAL_TTL);
        // No key expires by the real clock while its history is played.
        Script script = Script.of(text.replace(REAL_CLOCK, TEST_CLOCK).replace(REAL_TTL, REAL_TTL + "3600000 + "));
        holders.forEach(holder -> counters.add(new RedisCounters(store.store(), script, holder)));
    }

    @BeforeEach
    void empty() {
        store.command("FLUSHALL");
    }

    @AfterAll
    void stop() {
        store.close();
        redis.close();
    }

    @Test
    void everyReplyIsTheModels() {
        for (int seed = 0; seed < HISTORIES; seed++) {
            // Given
            Random random = new Random(seed);
            Model model = new Model();
            long now = START + random.nextInt(10_000_000);
            store.command("FLUSHALL");

            for (int step = 0; step < STEPS; step++) {
                now += step(random);
                int holder = random.nextInt(holders.size());
                List<Ask> asks = asks(random, model);

                // When
                List<Reply> replies = decide(now, holder, asks);

                // Then
                for (int i = 0; i < asks.size(); i++) {
                    assertThat(replies.get(i))
                            .as("seed %d, step %d, at %d: %s", seed, step, now, asks)
                            .isEqualTo(model.decide(now, holders.get(holder), asks.get(i)));
                }
            }
        }
    }

    @Test
    void aDenialWritesNothing() {
        for (Algorithm algorithm : ALGORITHMS) {
            // Given
            Terms terms = TestLimits.terms(algorithm, Amount.of(5), 5, LimitMode.ENFORCE);
            debit(START, charge("a", terms));
            debit(START, charge("a", terms));
            String before = store.command("DUMP", "a");
            Terms free = TestLimits.terms(algorithm, 5);

            // When
            LimitDecision decision = debit(START + 20, charge("a", terms), charge("b", free));

            // Then
            assertThat(decision.admitted()).as("%s", algorithm).isFalse();
            assertThat(decision.quotas()).extracting(Quota::exceeded).containsExactly(true, false);
            assertThat(store.command("DUMP", "a")).isEqualTo(before);
            assertThat(store.command("EXISTS", "b")).isEqualTo("0");
            store.command("DEL", "a");
        }
    }

    @Test
    void aShadowLimitRefusesNothingAndIsDebitedOnlyWithTheOthers() {
        // Given
        Terms shadow = TestLimits.terms(ALGORITHMS.get(0), Amount.of(1), 1, LimitMode.SHADOW);
        Terms enforced = TestLimits.terms(ALGORITHMS.get(0), 3);

        // When
        LimitDecision first = debit(START, charge("s", shadow), charge("e", enforced));
        LimitDecision second = debit(START, charge("s", shadow), charge("e", enforced));
        debit(START, charge("s", shadow), charge("e", enforced));
        LimitDecision refused = debit(START, charge("other", shadow), charge("e", enforced));

        // Then
        assertThat(first.admitted()).isTrue();
        assertThat(second.admitted()).isTrue();
        assertThat(second.quotas()).extracting(Quota::exceeded).containsExactly(true, false);
        assertThat(second.quotas()).extracting(Quota::refused).containsExactly(false, false);
        assertThat(refused.admitted()).isFalse();
        assertThat(store.command("EXISTS", "other")).isEqualTo("0");
    }

    @Test
    void aChangedPeriodOrAlgorithmStartsAfresh() {
        for (Algorithm before : ALGORITHMS) {
            for (Algorithm after : ALGORITHMS) {
                boolean same = before.equals(after)
                        || (before instanceof Algorithm.Concurrency && after instanceof Algorithm.Concurrency);
                if (same) {
                    continue;
                }
                // Given
                store.command("DEL", "a");
                debit(START, charge("a", TestLimits.terms(before, Amount.of(5), 5, LimitMode.ENFORCE)));

                // When
                LimitDecision decision = debit(START, charge("a", TestLimits.terms(after, 5)));

                // Then
                assertThat(decision.admitted()).as("%s after %s", after, before).isTrue();
            }
        }
    }

    @Test
    void neitherLargerNorSmallerLimitsForgetWhatIsCounted() {
        // Given
        Algorithm window = ALGORITHMS.get(0);
        debit(START, charge("a", TestLimits.terms(window, Amount.of(200), 150, LimitMode.ENFORCE)));
        assertThat(store.command("STRLEN", "a")).isEqualTo(String.valueOf(20 + 52));

        // When
        LimitDecision wide = debit(
                START + 50_000_000,
                charge("a", TestLimits.terms(window, Amount.of(70_000), 60_000, LimitMode.ENFORCE)));
        LimitDecision narrow = debit(START + 52_000_000, charge("a", TestLimits.terms(window, 200)));

        // Then
        assertThat(wide.quotas().get(0).remaining()).isEqualTo(70_000 - 60_150);
        assertThat(narrow.admitted()).isFalse();
        assertThat(debit(START + 122_300_000, charge("a", TestLimits.terms(window, 60_001)))
                        .quotas()
                        .get(0)
                        .remaining())
                .as("the first 150 have left")
                .isZero();
    }

    @Test
    void everyCounterLivesAsLongAsItCountsAndNotMuchLonger() {
        Script script = Script.of(RedisCounters.SCRIPT.text().replace(REAL_CLOCK, "local now = " + START));
        SharedCounters realTtl = new RedisCounters(store.store(), script, holders.get(0));
        for (Algorithm algorithm : ALGORITHMS) {
            // Given
            store.command("DEL", "a");
            Terms terms = TestLimits.terms(algorithm, Amount.of(10), 10, LimitMode.ENFORCE);

            // When
            TestStore.await(realTtl.decide(List.of(new Ask.Debit(List.of(charge("a", terms))))));

            // Then
            long least = algorithm.horizon().toMillis();
            assertThat(Long.parseLong(store.command("PTTL", "a")))
                    .as("%s", algorithm)
                    .isBetween(least - 1_000, least + least * 3 / 50 + 2);
        }
    }

    @Test
    void theLastSlotThatIsGivenBackTakesTheCounterAlong() {
        // Given
        Charge charge = charge("a", TestLimits.terms(ALGORITHMS.get(7), 10));
        debit(START, charge);

        // When
        decide(START + 10, 0, List.of(new Ask.Release(charge, 1)));

        // Then
        assertThat(store.command("EXISTS", "a")).isEqualTo("0");
    }

    @Test
    void aReleaseThatWasSentBeforeAConnectionBrokeComesTooLate() {
        // Given
        Charge charge = charge("a", TestLimits.terms(ALGORITHMS.get(7), 10));
        Holder holder = new Holder(99);
        Script script = Script.of(RedisCounters.SCRIPT.text().replace(REAL_CLOCK, "local now = " + START));
        SharedCounters counter = new RedisCounters(store.store(), script, holder);
        TestStore.await(counter.decide(List.of(new Ask.Debit(List.of(charge)), new Ask.Debit(List.of(charge)))));
        SharedCounters late = new RedisCounters(store.store(), script, new Holder(99));
        holder.nextEpoch();
        TestStore.await(counter.decide(List.of(new Ask.Renew(charge, 1))));

        // When
        TestStore.await(late.decide(List.of(new Ask.Release(charge, 1))));

        // Then
        assertThat(TestStore.await(counter.decide(List.of(new Ask.Renew(charge, 0)))))
                .containsExactly(new Reply.Held(2));
    }

    private LimitDecision debit(long now, Charge... charges) {
        return (LimitDecision)
                decide(now, 0, List.of(new Ask.Debit(List.of(charges)))).get(0);
    }

    private List<Reply> decide(long now, int holder, List<Ask> asks) {
        store.command("SET", "clock", Long.toString(now));
        return TestStore.await(counters.get(holder).decide(asks));
    }

    private static Charge charge(String key, Terms terms) {
        return new Charge(terms, key, 1);
    }

    private static List<Ask> asks(Random random, Model model) {
        List<Ask> asks = new ArrayList<>();
        do {
            asks.add(ask(random, model));
        } while (random.nextInt(3) == 0);
        return asks;
    }

    private static Ask ask(Random random, Model model) {
        int kind = random.nextInt(10);
        Charge one = charge(random, random.nextInt(5));
        Terms.Kind counts = one.terms().kind();
        if (kind == 0 && counts != Terms.Kind.CONCURRENCY && counts != Terms.Kind.LEAKY_BUCKET) {
            return new Ask.Lease(one, 1 + random.nextInt(50), 1 + random.nextInt(4));
        }
        if (kind == 1 && counts == Terms.Kind.SLIDING_WINDOW) {
            return new Ask.Refund(one, model.lastLeaseSlot + random.nextInt(3) / 2, 1 + random.nextInt(3));
        }
        if (kind <= 2 && counts == Terms.Kind.CONCURRENCY) {
            return random.nextBoolean()
                    ? new Ask.Renew(one, random.nextInt(3))
                    : new Ask.Release(one, random.nextInt(4));
        }
        List<Charge> charges = new ArrayList<>();
        for (int key = 0; key < 5; key++) {
            if (random.nextInt(3) == 0) {
                charges.add(charge(random, key));
            }
        }
        return new Ask.Debit(charges.isEmpty() || random.nextBoolean() ? List.of(one) : charges);
    }

    /** Each key has its algorithm, most of the time. */
    private static Charge charge(Random random, int key) {
        int usual = List.of(0, 3, 5, 7, 0).get(key);
        Algorithm algorithm = ALGORITHMS.get(random.nextInt(60) == 0 ? random.nextInt(ALGORITHMS.size()) : usual);
        long requests = REQUESTS.get(random.nextInt(random.nextInt(8) == 0 ? REQUESTS.size() : 3));
        long burst = algorithm instanceof Algorithm.TokenBucket && random.nextBoolean()
                ? REQUESTS.get(random.nextInt(REQUESTS.size()))
                : requests;
        int most = (int) Math.min(Math.min(requests, burst), random.nextInt(6) == 0 ? 200 : 3);
        LimitMode mode = random.nextInt(6) == 0 ? LimitMode.SHADOW : LimitMode.ENFORCE;
        return charge(
                "key" + key, TestLimits.terms(algorithm, new Amount(requests, burst), 1L + random.nextInt(most), mode));
    }

    private static long step(Random random) {
        return switch (random.nextInt(10)) {
            case 0, 1, 2 -> 0;
            case 3, 4 -> random.nextInt(10_000);
            case 5, 6 -> random.nextInt(3_000_000);
            case 7 -> random.nextInt(60_000_000);
            case 8 -> -random.nextInt(5_000_000);
            default -> random.nextInt(5) == 0 ? random.nextInt(400_000_000) : -random.nextInt(40_000_000);
        };
    }

    /** What Redis should hold: a tally by key, with the terms that it was made for. */
    private static final class Model {
        private record Stored(Terms terms, Tally tally) {
            boolean isFor(Terms asked) {
                return terms.kind() == asked.kind()
                        && (terms.kind() == Terms.Kind.CONCURRENCY || terms.horizonMicros() == asked.horizonMicros());
            }
        }

        private final Map<String, Stored> stored = new HashMap<>();
        private long lastLeaseSlot;

        Reply decide(long now, Holder holder, Ask ask) {
            if (ask instanceof Ask.Debit debit) {
                return decide(now, holder, debit.charges());
            }
            Terms terms = ask.charge(0).terms();
            Tally tally = tally(ask.charge(0));
            Reply reply;
            if (ask instanceof Ask.Lease lease) {
                reply = lease(now, lease, tally);
                if (reply instanceof Reply.Granted granted && granted.tokens() == 0) {
                    return reply;
                }
            } else if (ask instanceof Ask.Refund refund) {
                if (stored.containsKey(refund.charge().key())
                        && stored.get(refund.charge().key()).isFor(terms)) {
                    ((SlidingWindow) tally).refund(now, refund.slot(), refund.tokens());
                    keep(ask.charge(0), tally);
                }
                return Reply.Done.DONE;
            } else if (ask instanceof Ask.Renew renew) {
                reply = new Reply.Held(((Slots) tally)
                        .renew(now, holder.id(), holder.epoch(), renew.atLeast(), terms.horizonMicros()));
            } else {
                ((Slots) tally).release(now, holder.id(), holder.epoch(), ((Ask.Release) ask).slots());
                reply = Reply.Done.DONE;
            }
            if (!tally.isEmptyAt(now)) {
                keep(ask.charge(0), tally);
            }
            return reply;
        }

        private Reply lease(long now, Ask.Lease lease, Tally tally) {
            Terms terms = lease.charge().terms();
            long slot = 0;
            long tokens;
            long micros;
            if (tally instanceof SlidingWindow window) {
                SlidingWindow.Lease granted =
                        window.lease(now, terms.amount().requests(), lease.most(), lease.share(), terms.leaseMicros());
                tokens = granted.tokens();
                slot = granted.slot();
                micros = Math.min(granted.micros(), 2_400_000);
                lastLeaseSlot = tokens > 0 ? slot : lastLeaseSlot;
            } else {
                tokens = ((PacedBucket) tally)
                        .lease(now, terms.pace(), lease.most(), lease.share(), terms.leaseMicros());
                micros = terms.leaseMicros();
            }
            return new Reply.Granted(tokens, slot, tokens == 0 ? 0 : micros, tally.quota(now, terms, false));
        }

        private LimitDecision decide(long now, Holder holder, List<Charge> charges) {
            boolean admitted = true;
            List<Tally> tallies = new ArrayList<>();
            List<Boolean> fits = new ArrayList<>();
            for (Charge charge : charges) {
                Tally tally = tally(charge);
                tallies.add(tally);
                fits.add(tally.fits(now, charge.terms()));
                admitted &= fits.get(fits.size() - 1) || charge.limit().mode() == LimitMode.SHADOW;
            }
            List<Quota> quotas = new ArrayList<>();
            long delay = 0;
            for (int i = 0; i < charges.size(); i++) {
                Terms terms = charges.get(i).terms();
                Tally tally = tallies.get(i);
                if (admitted && fits.get(i)) {
                    if (tally instanceof Slots slots) {
                        slots.take(
                                now, holder.id(), holder.epoch(), terms.limit().cost(), terms.horizonMicros());
                    } else {
                        tally.debit(now, terms);
                    }
                    if (terms.kind() == Terms.Kind.LEAKY_BUCKET && terms.isEnforced()) {
                        delay = Math.max(
                                delay, terms.pace().delayMicros(((PacedBucket) tally).room(now, terms.pace())));
                    }
                    keep(charges.get(i), tally);
                }
                quotas.add(tally.quota(now, terms, !fits.get(i)));
            }
            return new LimitDecision(admitted, quotas, delay, LimitDecision.Source.REDIS, Permit.NONE);
        }

        private Tally tally(Charge charge) {
            Stored found = stored.get(charge.key());
            return found != null && found.isFor(charge.terms()) ? found.tally : Tally.of(charge);
        }

        private void keep(Charge charge, Tally tally) {
            stored.put(charge.key(), new Stored(charge.terms(), tally));
        }
    }
}
