package io.redisroles.sidecar.limit;

import io.redisroles.contract.Algorithm;
import io.redisroles.contract.LimitMode;
import io.redisroles.contract.LimitUnit;
import io.redisroles.contract.OnStoreFailure;
import io.redisroles.contract.PolicySection.Amount;
import io.redisroles.contract.PolicySection.Limit;
import io.redisroles.contract.SubjectPart;
import io.redisroles.redisprocess.ScratchRedis;
import io.redisroles.sidecar.TestStore;
import io.redisroles.sidecar.redis.FailureReason;
import io.redisroles.sidecar.redis.StoreUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Leases of many sidecars and threads on one key of a real Redis. */
@Timeout(120)
class LeasesOnRedisTest {
    private static final int SIDECARS = 20;
    private static final int THREADS = 8;
    private static final long LIMIT = 3000;
    private static final Duration PER = Duration.ofSeconds(2);

    private final ScratchRedis redis = ScratchRedis.start();
    private final TestStore store = new TestStore(redis);
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);
    private final ExecutorService clients = Executors.newFixedThreadPool(THREADS);
    private final AtomicLong leased = new AtomicLong();

    /** When it was admitted, by this machine's clock, which is Redis' too: not before, and not after. */
    private record Admitted(long earliest, long latest) {}

    private final ConcurrentLinkedQueue<Admitted> admitted = new ConcurrentLinkedQueue<>();

    @AfterEach
    void stop() {
        clients.shutdownNow();
        timer.shutdownNow();
        store.close();
        redis.close();
    }

    @Test
    void manySidecarsAndThreadsOnOneKeyNeverPassTheLimitEvenIfReturnsAreLostAndHoldersDie() throws Exception {
        // Given: every tenth return is lost, and every sixth sidecar forgets its leases now and then
        Limit limit = Limit.slidingWindow("api", List.of(SubjectPart.USER), LIMIT, PER);
        List<LeasedRateLimiter> sidecars = new ArrayList<>();
        for (int i = 0; i < SIDECARS; i++) {
            sidecars.add(sidecar(i));
        }
        Charge charge = new Charge(new Terms(limit, limit.amount()), "subject", SIDECARS);
        long end = System.nanoTime() + 3 * PER.toNanos();

        // When
        List<Future<?>> running = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            Random random = new Random(thread);
            running.add(clients.submit(() -> {
                while (System.nanoTime() - end < 0) {
                    int chosen = random.nextInt(SIDECARS);
                    if (chosen % 6 == 0 && random.nextInt(2000) == 0) {
                        synchronized (sidecars) {
                            sidecars.set(chosen, sidecar(random.nextInt()));
                        }
                    }
                    ask(sidecars.get(chosen), charge);
                }
            }));
        }
        for (Future<?> thread : running) {
            thread.get();
        }

        // Then
        assertThat(worstWindow(PER.toNanos()))
                .as("of %d admitted", admitted.size())
                .isLessThanOrEqualTo(LIMIT);
        assertThat(admitted.size()).as("what is promised in three windows").isGreaterThan((int) (LIMIT * 2));
        assertThat(leased).as("leases had a part in it").hasPositiveValue();
    }

    @Test
    void aTokenBucketNeverGivesMoreThanItsBurstAndItsRate() throws Exception {
        // Given
        Limit limit = new Limit(
                "bucket",
                List.of(SubjectPart.USER),
                new Amount(2000, 1500),
                new Algorithm.TokenBucket(Duration.ofSeconds(1)),
                1,
                LimitUnit.REQUEST,
                LimitMode.ENFORCE,
                Map.of(),
                OnStoreFailure.DENY);
        List<LeasedRateLimiter> sidecars = List.of(sidecar(1), sidecar(2));
        Charge charge = new Charge(new Terms(limit, limit.amount()), "bucket", 2);
        long started = System.nanoTime();
        long end = started + Duration.ofSeconds(2).toNanos();

        // When
        List<Future<?>> running = new ArrayList<>();
        for (int thread = 0; thread < 2; thread++) {
            LeasedRateLimiter sidecar = sidecars.get(thread);
            running.add(clients.submit(() -> {
                while (System.nanoTime() - end < 0) {
                    ask(sidecar, charge);
                }
            }));
        }
        for (Future<?> thread : running) {
            thread.get();
        }

        // Then
        long seconds2000ths = (System.nanoTime() - started) * 2000 / 1_000_000_000;
        assertThat(admitted.size()).isLessThanOrEqualTo((int) (1500 + seconds2000ths + 1));
        assertThat(leased).hasPositiveValue();
    }

    private void ask(LeasedRateLimiter sidecar, Charge charge) {
        long before = System.nanoTime();
        LimitDecision decision = TestStore.await(sidecar.acquire(List.of(charge)));
        if (decision.admitted()) {
            admitted.add(new Admitted(before, System.nanoTime()));
            leased.addAndGet(decision.source() == LimitDecision.Source.LEASE ? 1 : 0);
        }
    }

    private LeasedRateLimiter sidecar(int seed) {
        Random random = new Random(seed);
        RedisCounters counters = new RedisCounters(store.store(), Holder.random(random));
        SharedCounters losing = asks -> {
            boolean returns = asks.stream().allMatch(ask -> ask instanceof Ask.Refund);
            return returns && random.nextInt(10) == 0
                    ? CompletableFuture.failedFuture(new StoreUnavailableException(FailureReason.TIMEOUT))
                    : counters.decide(asks);
        };
        return new LeasedRateLimiter(
                new RedisRateLimiter(counters),
                losing,
                System::nanoTime,
                (nanos, task) -> {
                    var unused = timer.schedule(task, nanos, TimeUnit.NANOSECONDS);
                },
                16);
    }

    /** How many were admitted for certain within some window of that length. */
    private long worstWindow(long nanos) {
        List<Admitted> byStart = admitted.stream()
                .sorted((one, other) -> Long.compare(one.earliest, other.earliest))
                .toList();
        List<Long> ends = admitted.stream().map(Admitted::latest).sorted().toList();
        long worst = 0;
        int gone = 0;
        // A window that begins with an admission's earliest moment holds all that lie in it whole: those that ended by
        // its
        // end, less those that began before it.
        for (int first = 0; first < byStart.size(); first++) {
            long from = byStart.get(first).earliest;
            while (gone < ends.size() && ends.get(gone) < from + nanos) {
                gone++;
            }
            worst = Math.max(worst, gone - first);
        }
        return worst;
    }
}
