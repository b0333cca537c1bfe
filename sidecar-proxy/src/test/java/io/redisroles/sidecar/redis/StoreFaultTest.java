package io.redisroles.sidecar.redis;

import io.redisroles.redisprocess.ScratchRedis;
import io.redisroles.sidecar.FaultProxy;
import io.redisroles.sidecar.RawRedis;
import io.redisroles.sidecar.TestStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static io.redisroles.sidecar.TestStore.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Each way in which a Redis, or the network before it, can fail: what calls are told, what has run, and that it heals. */
@Timeout(60)
class StoreFaultTest {
    private static final Duration TIMEOUT = Duration.ofMillis(300);
    private static final Script DEBIT = Script.of("#!lua\nreturn {redis.call('INCR', KEYS[1])}");
    private static final Script READ = Script.of("#!lua flags=allow-oom\nreturn {redis.call('EXISTS', KEYS[1])}");

    private final ScratchRedis redis =
            ScratchRedis.start("--key-load-delay", "1000", "--loading-process-events-interval-bytes", "1024");
    private final FaultProxy network = new FaultProxy(redis.port());
    private final TestStore store = new TestStore(network.port(), TIMEOUT, List.of(DEBIT));

    @BeforeEach
    void debitOnce() {
        assertThat(await(debit())).containsExactly(1L);
    }

    @AfterEach
    void stop() {
        store.close();
        network.close();
        redis.close();
    }

    @Test
    void aBlackHoleCostsAFewCallsTheTimeOutAndTheRestNothing() {
        network.blackHole();

        assertGoesDown(FailureReason.TIMEOUT);
        network.heal();
        assertHealsWithoutReplay();
    }

    @Test
    void oneCallThatWaitedLongInVainIsEnough() {
        network.blackHole();

        assertThat(reasonOf(debit())).isEqualTo(FailureReason.TIMEOUT);
        assertDownAtOnce();
        network.heal();
        assertHealsWithoutReplay();
    }

    @Test
    void howFastRedisIsIsKnownBeforeAnybodyAsksAndOneThatFallsSilentIsGivenUpMuchSooner() throws Exception {
        try (TestStore patient = new TestStore(network.port(), Duration.ofSeconds(30), List.of())) {
            network.blackHole();

            var failed = patient.store()
                    .evaluate(READ, List.of("count"), List.of())
                    .handle((value, failure) -> failure)
                    .toCompletableFuture()
                    .get(20, TimeUnit.SECONDS);
            assertThat(failed).isInstanceOf(StoreUnavailableException.class);
        }
    }

    @Test
    void thatRedisFellSilentIsKnownThoughNobodyAsks() {
        network.blackHole();

        await().until(() -> !store.store().isUp());
        network.heal();
        assertHealsWithoutReplay();
    }

    @Test
    void aFrozenServerIsABlackHoleToo() {
        redis.freeze();

        assertGoesDown(FailureReason.TIMEOUT);
        redis.thaw();
        assertHealsWithoutReplay();
    }

    @Test
    void aPausedServerIsABlackHoleToo() {
        RawRedis.command(redis, "CLIENT PAUSE 60000 WRITE");

        assertGoesDown(FailureReason.TIMEOUT);
        RawRedis.command(redis, "CLIENT UNPAUSE");
        assertHealsWithoutReplay();
    }

    @Test
    void aReplyThatIsSlowerThanTheTimeOutIsNone() {
        network.slow(2 * TIMEOUT.toMillis());

        assertGoesDown(FailureReason.TIMEOUT);
        network.heal();
        assertHealsWithoutReplay();
    }

    @Test
    void aReplyThatTricklesInIsNone() {
        network.trickle();

        assertGoesDown(FailureReason.TIMEOUT);
        network.heal();
        assertHealsWithoutReplay();
    }

    @Test
    void aRefusedConnectionIsKnownBeforeAnythingIsSent() {
        network.refuse();

        assertGoesDown(FailureReason.REFUSED);
        long before = Long.parseLong(RawRedis.command(redis, "GET count"));
        assertThat(reasonOf(debit())).isEqualTo(FailureReason.REFUSED);
        network.heal();
        assertHeals();
        assertThat(await(debit())).containsExactly(before + 1);
    }

    @Test
    void aDebitWhoseReplyBrokeOffIsNotRepeated() {
        network.resetInReply();

        assertThat(reasonOf(debit())).isEqualTo(FailureReason.REFUSED);
        assertThat(RawRedis.command(redis, "GET count")).isEqualTo("2");
        assertHeals();
        assertThat(await(debit())).containsExactly(3L);
    }

    @Test
    void aRestartedServerIsUsedAgainAndGetsNothingTwice() {
        redis.kill();

        assertGoesDown(FailureReason.REFUSED);
        redis.restart();
        assertHeals();
        assertThat(RawRedis.command(redis, "EXISTS count"))
                .as("nothing was saved, nothing replayed")
                .isEqualTo("0");
        assertThat(await(debit())).containsExactly(1L);
    }

    @Test
    void aServerThatLoadsItsDataIsDownUntilItHas() throws InterruptedException {
        // Given: about two seconds of loading.
        RawRedis.command(
                redis, "EVAL \"for i = 1, 2000 do redis.call('SET', 'k' .. i, string.rep('x', 100)) end return 1\" 0");
        RawRedis.command(redis, "SAVE");
        redis.kill();

        // When
        Thread restarting = new Thread(redis::restart);
        restarting.start();

        // Then
        await().until(() -> store.metrics().contains("redisroles_redis_failures_total{reason=\"loading\""));
        assertDownAtOnce();
        restarting.join();
        assertHeals();
        assertThat(await(debit())).containsExactly(2L);
    }

    @Test
    void aReplicaIsNoStoreUntilItIsPromoted() {
        RawRedis.command(redis, "REPLICAOF 127.0.0.1 1");

        assertThat(reasonOf(debit())).isEqualTo(FailureReason.READONLY);
        assertDownAtOnce();
        store.awaitMetrics("redisroles_redis_transitions_total{reason=\"readonly\",role=\"test\",to=\"down\"} 1.0");
        RawRedis.command(redis, "REPLICAOF NO ONE");
        assertHeals();
        assertThat(await(debit())).containsExactly(2L);
    }

    @Test
    void aFullServerRefusesWhatNeedsMemoryAndAnswersTheRest() {
        RawRedis.command(redis, "CONFIG SET maxmemory 1");

        for (int i = 0; i < 2 * Breaker.FAILURES_IN_A_ROW; i++) {
            assertThat(reasonOf(debit())).isEqualTo(FailureReason.OOM);
            assertThat(await(store.store().evaluate(READ, List.of("count"), List.of())))
                    .containsExactly(1L);
        }
        assertThat(store.store().isUp()).isTrue();
        store.awaitMetrics("redisroles_redis_failures_total{reason=\"oom\",role=\"test\"} 10.0");
        RawRedis.command(redis, "CONFIG SET maxmemory 0");
        assertThat(await(debit())).containsExactly(2L);
    }

    @Test
    void whatTheUserMayNotDoIsRefusedAndNothingElse() {
        RawRedis.command(redis, "ACL SETUSER default resetkeys ~other*");

        assertThat(reasonOf(debit())).isEqualTo(FailureReason.NOPERM);
        assertThat(await(store.store().evaluate(READ, List.of("other"), List.of())))
                .containsExactly(0L);
        assertThat(store.store().isUp()).isTrue();
        RawRedis.command(redis, "ACL SETUSER default allkeys");
        assertThat(await(debit())).containsExactly(2L);
    }

    @Test
    void aChangedPasswordIsReadAtTheNextConnect(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("password"), "first\n");
        RawRedis.command(redis, "ACL SETUSER app on >first +@all allkeys");
        try (TestStore app = new TestStore(redis.port(), TIMEOUT, List.of(), "app", new Password.InFile(file))) {
            assertThat(app.command("PING")).isEqualTo("PONG");

            RawRedis.command(redis, "ACL SETUSER app resetpass >second");
            RawRedis.command(redis, "CLIENT KILL USER app");
            await().until(() -> app.metrics().contains("redisroles_redis_failures_total{reason=\"noauth\""));
            assertThat(app.store().isUp()).isFalse();

            Files.writeString(file, "second\n");
            await().until(() -> app.store().isUp());
            assertThat(app.command("PING")).isEqualTo("PONG");
        }
    }

    @Test
    void whatRedisForgotIsSentAgainAndRunsOnce() {
        RawRedis.command(redis, "SCRIPT FLUSH");

        assertThat(await(debit())).containsExactly(2L);
        assertThat(RawRedis.command(redis, "GET count")).isEqualTo("2");
        store.awaitMetrics("redisroles_redis_failures_total{reason=\"noscript\",role=\"test\"} 1.0");
    }

    private CompletionStage<List<Object>> debit() {
        return store.store().evaluate(DEBIT, List.of("count"), List.of());
    }

    private static FailureReason reasonOf(CompletionStage<?> failed) {
        return RedisStoreTest.reasonOf(failed);
    }

    /** Calls fail for {@code reason}, and after a bounded number of them at once. */
    private void assertGoesDown(FailureReason reason) {
        List<CompletionStage<List<Object>>> answers = new ArrayList<>();
        store.onLoop(() -> {
            for (int i = 0; i < Breaker.FAILURES_IN_A_ROW; i++) {
                answers.add(debit());
            }
        });
        answers.forEach(answer -> assertThat(reasonOf(answer)).isEqualTo(reason));
        assertDownAtOnce();
        store.awaitMetrics(
                "redisroles_redis_up{store=\"limits\"} 0.0",
                "redisroles_redis_breakers_open{role=\"test\"} 1.0",
                "redisroles_redis_transitions_total{reason=\"" + reason.label() + "\",role=\"test\",to=\"down\"} 1.0");
    }

    /** A call is answered within the tick that makes it. */
    private void assertDownAtOnce() {
        AtomicBoolean answered = new AtomicBoolean();
        await().until(() -> !store.store().isUp());
        store.onLoop(() -> answered.set(debit().toCompletableFuture().isCompletedExceptionally()));
        assertThat(answered).isTrue();
    }

    private void assertHeals() {
        await().until(() -> store.store().isUp());
        store.awaitMetrics(
                "redisroles_redis_up{store=\"limits\"} 1.0",
                "redisroles_redis_breakers_open{role=\"test\"} 0.0",
                "redisroles_redis_transitions_total{reason=\"none\",role=\"test\",to=\"up\"} 2.0");
    }

    /** What had been sent may have run, once; nothing runs again. */
    private void assertHealsWithoutReplay() {
        assertHeals();
        long count = (Long) await(debit()).get(0);
        assertThat(count).isBetween(2L, 2L + Breaker.FAILURES_IN_A_ROW);
        for (int i = 1; i <= 10; i++) {
            assertThat(await(debit())).containsExactly(count + i);
        }
    }
}
