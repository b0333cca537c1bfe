package io.redisroles.sidecar.limit;

import io.redisroles.contract.PolicySection.Amount;
import io.redisroles.contract.PolicySection.Limit;
import io.redisroles.contract.SubjectPart;
import io.redisroles.redisprocess.ScratchRedis;
import io.redisroles.sidecar.TestStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Refusals that Redis is asked to watch over, on a real Redis. */
@Timeout(60)
class DenialWatchTest {
    private static final Limit LIMIT = Limit.slidingWindow("api", List.of(SubjectPart.IP), 3, Duration.ofHours(1));

    private final ScratchRedis redis = ScratchRedis.start();
    private final TestStore store = new TestStore(redis);
    private final AtomicLong leap = new AtomicLong();
    private final DenialWatch watch = new DenialWatch(store::tracking, System::nanoTime, 64);
    private final DenyCache cache = new DenyCache(
            new RedisRateLimiter(new RedisCounters(store.store(), new Holder(1))),
            () -> System.nanoTime() + leap.get(),
            64,
            Optional.of(watch));

    @BeforeEach
    void refusedUntilWatched() {
        for (int i = 0; i < 3; i++) {
            assertThat(ask().admitted()).isTrue();
        }
        await().until(() -> {
            ask();
            leap.addAndGet(DenyCache.RECHECK_NANOS);
            return watch.isWatched("subject", System.nanoTime() + leap.get());
        });
        ask();
    }

    @AfterEach
    void stop() {
        watch.close();
        store.close();
        redis.close();
    }

    @Test
    void aWatchedSubjectCostsNothingUntilItMayPassAgain() {
        for (int minute = 0; minute < 50; minute++) {
            // When
            leap.addAndGet(Duration.ofMinutes(1).toNanos());
            LimitDecision decision = ask();

            // Then
            assertThat(decision.source()).isEqualTo(LimitDecision.Source.CACHE);
            assertThat(decision.quotas().get(0).waitSeconds()).isPositive();
        }
    }

    @Test
    void aResetIsObeyedAtOnce() {
        // When
        store.command("DEL", "subject");

        // Then
        await().atMost(Duration.ofSeconds(5)).until(() -> ask().admitted());
    }

    @Test
    void withoutTheConnectionRedisIsAskedAgain() {
        // When
        redis.kill();
        redis.restart();
        await().until(() -> store.store().isUp());

        // Then
        await().atMost(Duration.ofSeconds(5)).until(() -> ask().source() == LimitDecision.Source.REDIS);
    }

    private LimitDecision ask() {
        return TestStore.await(cache.acquire(List.of(new Charge(new Terms(LIMIT, Amount.of(3)), "subject", 1))));
    }
}
