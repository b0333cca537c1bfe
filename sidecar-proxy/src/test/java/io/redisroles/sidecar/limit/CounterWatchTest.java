package io.redisroles.sidecar.limit;

import io.redisroles.redisprocess.ScratchRedis;
import io.redisroles.sidecar.TestStore;
import io.redisroles.sidecar.limit.CounterWatch.Loss;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class CounterWatchTest {
    private final ScratchRedis redis = ScratchRedis.start("--maxmemory", "4mb", "--maxmemory-policy", "allkeys-random");
    private final TestStore store = new TestStore(redis);
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final List<Loss> losses = new ArrayList<>();
    private long evicted;
    private final AtomicLong nanos = new AtomicLong();
    private final CounterWatch watch = new CounterWatch(store.store(), timer, nanos::get, this::lost);

    @AfterEach
    void stop() {
        timer.shutdownNow();
        store.close();
        redis.close();
    }

    @Test
    void aRedisThatIsAnotherProcessThanBeforeIsToldOnce() {
        // Given
        look();
        look();
        assertThat(losses).isEmpty();

        // When
        redis.kill();
        redis.restart();
        await().until(() -> store.store().isUp());
        look();
        look();

        // Then
        assertThat(losses).containsExactly(Loss.RESTARTED);
    }

    @Test
    void everyEvictedKeyIsTold() {
        // Given
        look();

        // When
        for (int i = 0; i < 100; i++) {
            store.command("SET", "key" + i, "x".repeat(50_000));
        }
        look();

        // Then
        String stats = TestStore.await(store.store().info());
        assertThat(evicted).isPositive();
        assertThat(stats).contains("evicted_keys:" + evicted + "\r\n");
        assertThat(losses).containsOnly(Loss.EVICTED);
    }

    @Test
    void aClockThatWasSetForwardIsToldOnce() {
        // Given
        String info = TestStore.await(store.store().info());
        assertThat(info).contains("server_time_usec:");
        watch.observe(at(info, 1_000_000_000L), nanos.get());
        nanos.addAndGet(3_000_000_000L);
        watch.observe(at(info, 1_003_200_000L), nanos.get());
        assertThat(losses).isEmpty();

        // When: a minute in three seconds, and then as before
        nanos.addAndGet(3_000_000_000L);
        watch.observe(at(info, 1_063_200_000L), nanos.get());
        nanos.addAndGet(3_000_000_000L);
        watch.observe(at(info, 1_066_200_000L), nanos.get());

        // Then
        assertThat(losses).containsExactly(Loss.CLOCK);
    }

    @Test
    void aClockThatWasSetBackEndsNoWindowEarly() {
        // Given
        String info = TestStore.await(store.store().info());
        watch.observe(at(info, 1_000_000_000L), nanos.get());

        // When
        nanos.addAndGet(3_000_000_000L);
        watch.observe(at(info, 940_000_000L), nanos.get());

        // Then
        assertThat(losses).isEmpty();
    }

    @Test
    void aReplyThatIsReadLateIsNoJump() {
        // Given
        String info = TestStore.await(store.store().info());
        watch.observe(at(info, 1_000_000_000L), nanos.get());

        // When a busy machine takes five seconds to read what Redis said at once, and the next time none
        long sent = nanos.addAndGet(3_000_000_000L);
        nanos.addAndGet(5_000_000_000L);
        watch.observe(at(info, 1_003_000_000L), sent);
        nanos.addAndGet(3_000_000_000L);
        watch.observe(at(info, 1_011_000_000L), nanos.get());

        // Then
        assertThat(losses).isEmpty();
    }

    private static String at(String info, long micros) {
        return info.replaceFirst("server_time_usec:[0-9]+", "server_time_usec:" + micros);
    }

    private void look() {
        long sent = System.nanoTime();
        String info = TestStore.await(store.store().info());
        nanos.set(System.nanoTime());
        watch.observe(info, sent);
    }

    private void lost(Loss loss, long times) {
        losses.add(loss);
        evicted += loss == Loss.EVICTED ? times : 0;
    }
}
