package io.redisroles.sidecar.limit;

import io.redisroles.contract.Algorithm;
import io.redisroles.contract.LimitMode;
import io.redisroles.contract.PolicySection.Amount;
import io.redisroles.redisprocess.ScratchRedis;
import io.redisroles.sidecar.RawRedis;
import io.redisroles.sidecar.TestStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Many sidecars on one real Redis. */
class SharedLimitsTest {
    private static final int SIDECARS = 20;
    private static final int THREADS = 8;
    private static final String KEY = "rate:{0123456789012345678901}:caas/gateway:api";

    private final ScratchRedis redis = ScratchRedis.start("--appendonly", "yes", "--appendfsync", "always");
    private TestStore store = new TestStore(redis);

    @AfterEach
    void stop() {
        store.close();
        redis.close();
    }

    @Test
    void twentySidecarsOfEightThreadsAdmitTogetherExactlyTheLimit() throws Exception {
        // Given
        Charge charge = new Charge(TestLimits.terms(new Algorithm.SlidingWindow(Duration.ofHours(1)), 777), KEY, 1);
        AtomicInteger admitted = new AtomicInteger();
        CountDownLatch go = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(SIDECARS * THREADS);
        List<SharedCounters> sidecars = new ArrayList<>();
        for (int i = 0; i < SIDECARS; i++) {
            sidecars.add(new RedisCounters(store.store(), new Holder(i)));
        }
        List<Future<?>> done = new ArrayList<>();

        // When
        for (int thread = 0; thread < SIDECARS * THREADS; thread++) {
            SharedCounters sidecar = sidecars.get(thread % SIDECARS);
            boolean flushes = thread == 5;
            done.add(threads.submit(() -> {
                go.await();
                for (int i = 0; i < 20; i++) {
                    if (flushes && i % 5 == 0) {
                        RawRedis.command(redis, "SCRIPT FLUSH");
                    }
                    List<Reply> replies = TestStore.await(sidecar.decide(List.of(new Ask.Debit(List.of(charge)))));
                    admitted.addAndGet(((LimitDecision) replies.get(0)).admitted() ? 1 : 0);
                }
                return null;
            }));
        }
        go.countDown();
        for (Future<?> each : done) {
            each.get();
        }
        threads.shutdown();

        // Then
        assertThat(admitted).hasValue(777);
    }

    @Test
    void whatWasCountedIsThereAfterACrash() {
        // Given
        for (Algorithm algorithm : algorithms()) {
            assertThat(debit(algorithm).admitted()).isTrue();
        }
        store.close();

        // When
        redis.kill();
        redis.restart();
        store = new TestStore(redis);

        // Then
        for (Algorithm algorithm : algorithms()) {
            assertThat(debit(algorithm).admitted()).as("%s", algorithm).isFalse();
        }
    }

    @Test
    void noCounterIsLargerThanSaidOrLivesForever() {
        for (Algorithm algorithm : algorithms()) {
            // When
            debit(algorithm);
            String key = KEY + algorithm.getClass().getSimpleName();

            // Then
            long most = algorithm instanceof Algorithm.SlidingWindow ? 305 : 145;
            assertThat(Long.parseLong(store.command("MEMORY", "USAGE", key)))
                    .as("%s", algorithm)
                    .isLessThanOrEqualTo(most);
            long horizon = algorithm.horizon().toMillis();
            assertThat(Long.parseLong(store.command("PTTL", key)))
                    .as("%s", algorithm)
                    .isBetween(horizon - 1000, horizon * 2);
        }
    }

    private LimitDecision debit(Algorithm algorithm) {
        Terms terms = TestLimits.terms(algorithm, Amount.of(3), 3, LimitMode.ENFORCE);
        Charge charge = new Charge(terms, KEY + algorithm.getClass().getSimpleName(), 1);
        SharedCounters counters = new RedisCounters(store.store(), new Holder(1));
        return (LimitDecision) TestStore.await(counters.decide(List.of(new Ask.Debit(List.of(charge)))))
                .get(0);
    }

    private static List<Algorithm> algorithms() {
        return List.of(
                new Algorithm.SlidingWindow(Duration.ofMinutes(5)),
                new Algorithm.TokenBucket(Duration.ofMinutes(5)),
                new Algorithm.LeakyBucket(Duration.ofMinutes(5), Duration.ZERO),
                new Algorithm.Concurrency(Duration.ofMinutes(5)));
    }
}
