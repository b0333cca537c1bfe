package io.redisroles.sidecar.limit;

import io.redisroles.contract.OnStoreFailure;
import io.redisroles.contract.PolicySection.Limit;
import io.redisroles.contract.SubjectPart;
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

/** The script, on a real Redis whose clock is a key of the test's, against the model. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SlidingWindowScriptTest {
    private static final String REAL_CLOCK = "local time = redis.call('TIME')\n  return time[1] * 1000000 + time[2]";
    private static final long START = 1_800_000_000_000_000L;
    private static final int HISTORIES = 60;
    private static final int STEPS = 120;
    private static final List<Long> REQUESTS = List.of(3L, 10L, 200L, 255L, 256L, 70_000L);
    /** Long, so that no key expires by the real clock while its history is played. */
    private static final List<Duration> PERIODS =
            List.of(Duration.ofMinutes(2), Duration.ofSeconds(90).plusMillis(7), Duration.ofHours(1));

    private final ScratchRedis redis = ScratchRedis.start();
    private TestStore store = new TestStore(redis);
    private RateLimiter limiter = new RedisRateLimiter(store.store(), RedisRateLimiter.SCRIPT);

    @BeforeAll
    void replaceTheClock() {
        String text = RedisRateLimiter.SCRIPT.text();
        assertThat(text).contains(REAL_CLOCK);
        limiter = new RedisRateLimiter(
                store.store(), Script.of(text.replace(REAL_CLOCK, "return tonumber(redis.call('GET', 'clock'))")));
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
    void everyDecisionIsTheModels() {
        for (int seed = 0; seed < HISTORIES; seed++) {
            // Given
            Random random = new Random(seed);
            Model model = new Model();
            long now = START + random.nextInt(10_000_000);
            store.command("FLUSHALL");

            for (int step = 0; step < STEPS; step++) {
                now += step(random);
                List<Charge> charges = charges(random);

                // When
                LimitDecision decided = decide(now, charges);

                // Then
                assertThat(decided)
                        .as("seed %d, step %d, at %d", seed, step, now)
                        .isEqualTo(model.decide(now, charges));
            }
        }
    }

    @Test
    void aDenialWritesNothing() {
        // Given
        decide(START, List.of(charge("a", 5, 5, PERIODS.get(0))));
        String before = store.command("GET", "a");

        // When
        LimitDecision decision = decide(
                START + 30_000_000, List.of(charge("a", 5, 1, PERIODS.get(0)), charge("b", 5, 1, PERIODS.get(0))));

        // Then
        assertThat(decision.admitted()).isFalse();
        assertThat(decision.quotas()).extracting(Quota::exceeded).containsExactly(true, false);
        assertThat(store.command("GET", "a")).isEqualTo(before);
        assertThat(store.command("EXISTS", "b")).isEqualTo("0");
    }

    @Test
    void aChangedPeriodStartsAfresh() {
        // Given
        decide(START, List.of(charge("a", 5, 5, PERIODS.get(0))));

        // When
        LimitDecision decision = decide(START, List.of(charge("a", 5, 1, PERIODS.get(2))));

        // Then
        assertThat(decision.admitted()).isTrue();
        assertThat(decision.quotas().get(0).remaining()).isEqualTo(4);
    }

    @Test
    void aLargerTierWidensTheCountersAndForgetsNothing() {
        // Given
        decide(START, List.of(charge("a", 200, 150, PERIODS.get(0))));
        long narrow = Long.parseLong(store.command("STRLEN", "a"));

        // When
        LimitDecision decision = decide(START + 50_000_000, List.of(charge("a", 70_000, 60_000, PERIODS.get(0))));

        // Then
        assertThat(decision.quotas().get(0).remaining()).isEqualTo(70_000 - 60_150);
        assertThat(narrow).isEqualTo(22 + 52);
        assertThat(store.command("STRLEN", "a")).isEqualTo(String.valueOf(22 + 4 * 52));
    }

    @Test
    void aCounterLivesAsLongAsItMayBeCounted() {
        // Given
        long subWindowMillis = 2_400;

        // When
        decide(START, List.of(charge("a", 5, 1, PERIODS.get(0))));

        // Then
        assertThat(Long.parseLong(store.command("PTTL", "a"))).isBetween(51 * subWindowMillis, 53 * subWindowMillis);
    }

    private LimitDecision decide(long now, List<Charge> charges) {
        store.command("SET", "clock", Long.toString(now));
        return TestStore.await(limiter.acquire(charges));
    }

    private static List<Charge> charges(Random random) {
        List<Charge> charges = new ArrayList<>();
        for (String key : List.of("one", "two", "three")) {
            if (charges.isEmpty() || random.nextBoolean()) {
                long requests = REQUESTS.get(random.nextInt(REQUESTS.size()));
                long cost = 1L + random.nextInt((int) Math.min(requests, random.nextInt(6) == 0 ? 200 : 3));
                boolean changed = random.nextInt(40) == 0;
                charges.add(charge(key, requests, cost, PERIODS.get(changed ? random.nextInt(3) : 0)));
            }
        }
        return charges;
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

    private static Charge charge(String key, long requests, long cost, Duration per) {
        Limit limit = new Limit(key, List.of(SubjectPart.IP), requests, per, cost, Map.of(), OnStoreFailure.DENY);
        return new Charge(limit, key, requests, 1);
    }

    /** What Redis should hold: a window by key, with the period that it was made for. */
    private static final class Model {
        private record Stored(Duration per, SlidingWindow window) {}

        private final Map<String, Stored> stored = new HashMap<>();

        LimitDecision decide(long now, List<Charge> charges) {
            List<SlidingWindow> windows = new ArrayList<>();
            List<SlidingWindow.Reading> readings = new ArrayList<>();
            for (Charge charge : charges) {
                Stored found = stored.get(charge.key());
                SlidingWindow window =
                        found != null && found.per.equals(charge.limit().per())
                                ? found.window
                                : new SlidingWindow(charge.limit().per());
                windows.add(window);
                readings.add(window.read(now, charge.requests(), charge.limit().cost()));
            }
            boolean admitted = readings.stream().allMatch(SlidingWindow.Reading::fits);
            List<Quota> quotas = new ArrayList<>();
            for (int i = 0; i < charges.size(); i++) {
                quotas.add(quota(now, charges.get(i), windows.get(i), readings.get(i), admitted));
            }
            return new LimitDecision(admitted, quotas, LimitDecision.Source.REDIS);
        }

        private Quota quota(
                long now, Charge charge, SlidingWindow window, SlidingWindow.Reading reading, boolean admitted) {
            long remaining = reading.remaining();
            long wait = reading.waitMicros();
            if (admitted) {
                window.debit(now, charge.limit().cost());
                stored.put(charge.key(), new Stored(charge.limit().per(), window));
                remaining -= charge.limit().cost();
                wait = wait == 0 ? window.microsUntilLeft(now) : wait;
            }
            return new Quota(charge.limit(), charge.requests(), remaining, wait, !reading.fits());
        }
    }
}
