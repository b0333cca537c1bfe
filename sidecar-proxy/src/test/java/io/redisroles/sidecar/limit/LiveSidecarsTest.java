package io.redisroles.sidecar.limit;

import io.redisroles.redisprocess.ScratchRedis;
import io.redisroles.sidecar.TestStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class LiveSidecarsTest {
    private static final String KEY = "rate:{live}:caas/gateway:live";

    private final ScratchRedis redis = ScratchRedis.start();
    private final TestStore store = new TestStore(redis);
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    @AfterEach
    void stop() {
        timer.shutdownNow();
        store.close();
        redis.close();
    }

    @Test
    void sidecarsCountEachOtherAndOneThatLeavesIsGoneAtOnce() {
        // Given
        List<LiveSidecars> sidecars =
                IntStream.range(0, 5).mapToObj(this::sidecar).toList();

        // When
        sidecars.forEach(sidecar -> TestStore.await(sidecar.start()));

        // Then
        await().untilAsserted(() -> assertThat(sidecars).allMatch(sidecar -> sidecar.atLeast(1) == 5));
        assertThat(sidecars.get(0).atLeast(7))
                .as("never fewer than the policy knows of")
                .isEqualTo(7);

        // When
        sidecars.get(4).close();

        // Then
        await().untilAsserted(() -> assertThat(sidecars.subList(0, 4)).allMatch(sidecar -> sidecar.atLeast(1) == 4));
    }

    @Test
    void oneThatFallsSilentIsDeadAfterItsTimeAndTheKeyEndsWithTheLast() {
        // Given
        beat("aaaaaaaaaaaaaaaa", 150);
        assertThat(beat("bbbbbbbbbbbbbbbb", 60_000)).containsExactly(2L, 0L);

        // Then
        await().untilAsserted(() -> assertThat(beat("bbbbbbbbbbbbbbbb", 60_000)).containsExactly(1L, 1L));
        assertThat(Long.parseLong(store.command("PTTL", KEY))).isBetween(1L, 60_000L);
        assertThat(store.command("STRLEN", KEY)).isEqualTo("24");

        // When
        beat("bbbbbbbbbbbbbbbb", 0);

        // Then
        await().until(() -> store.command("EXISTS", KEY).equals("0"));
    }

    @Test
    void whileRedisIsAwayTheLastNumberStands() {
        // Given
        LiveSidecars sidecar = sidecar(1);
        beat("aaaaaaaaaaaaaaaa", 60_000);
        TestStore.await(sidecar.start());
        assertThat(sidecar.atLeast(1)).isEqualTo(2);

        // When
        redis.kill();
        await().until(() -> !store.store().isUp());

        // Then
        TestStore.await(sidecar.start());
        assertThat(sidecar.atLeast(1)).isEqualTo(2);
    }

    private List<Object> beat(String name, long millis) {
        return new ArrayList<>(TestStore.await(
                store.store().evaluate(LiveSidecars.SCRIPT, List.of(KEY), List.of(name, Long.toString(millis)))));
    }

    private LiveSidecars sidecar(int seed) {
        return new LiveSidecars(
                store.store(), () -> TestPolicies.section(1000, 1), timer, Duration.ofMillis(200), new Random(seed));
    }
}
