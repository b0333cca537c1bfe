package io.redisroles.sidecar.limit;

import io.redisroles.contract.Algorithm;
import io.redisroles.contract.LimitMode;
import io.redisroles.contract.PolicySection.Amount;
import io.redisroles.redisprocess.ScratchRedis;
import io.redisroles.sidecar.TestStore;
import io.redisroles.sidecar.redis.FailureReason;
import io.redisroles.sidecar.redis.StoreUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import static org.assertj.core.api.Assertions.assertThat;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HeldSlotsTest {
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final Charge CHARGE = new Charge(TestLimits.terms(new Algorithm.Concurrency(LEASE), 3), "slots", 1);

    private final ScratchRedis redis = ScratchRedis.start();
    private final TestStore store = new TestStore(redis);
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final AtomicLong nanos = new AtomicLong();
    private FaultyCounters faulty = faulty(1);
    private HeldSlots slots = held(faulty);

    /** Loses calls on demand: before Redis sees them, or their answers. */
    private static final class FaultyCounters implements SharedCounters {
        private final SharedCounters counters;
        private final Holder holder;
        private boolean losesCalls;
        private boolean losesAnswers;

        FaultyCounters(SharedCounters counters, Holder holder) {
            this.counters = counters;
            this.holder = holder;
        }

        @Override
        public CompletionStage<List<Reply>> decide(List<Ask> asks) {
            if (losesCalls) {
                return CompletableFuture.failedFuture(new StoreUnavailableException(FailureReason.OTHER));
            }
            List<Reply> replies = TestStore.await(counters.decide(asks));
            return losesAnswers
                    ? CompletableFuture.failedFuture(new StoreUnavailableException(FailureReason.OTHER))
                    : CompletableFuture.completedFuture(replies);
        }
    }

    @BeforeEach
    void empty() {
        store.command("FLUSHALL");
        faulty = faulty(1);
        slots = held(faulty);
    }

    @AfterAll
    void stop() {
        timer.shutdownNow();
        store.close();
        redis.close();
    }

    @Test
    void asManyAsTheLimitRunAtTheSameTime() {
        // Given
        Permit first = admit().permit();
        admit();
        admit();
        assertThat(admit().admitted()).isFalse();

        // When
        first.close();
        first.close();

        // Then
        assertThat(admit().admitted()).isTrue();
        assertThat(admit().admitted()).isFalse();
    }

    @Test
    void twoSidecarsShareTheLimit() {
        // Given
        HeldSlots other = held(faulty(2));
        admit();
        admit();

        // When
        LimitDecision third = decide(other);
        LimitDecision fourth = decide(other);

        // Then
        assertThat(third.admitted()).isTrue();
        assertThat(fourth.admitted()).isFalse();
    }

    @Test
    void aReleaseThatIsLostIsMadeUpForAtTheNextRenewal() {
        // Given
        Permit lost = admit().permit();
        Permit kept = admit().permit();
        faulty.losesCalls = true;
        lost.close();
        faulty.losesCalls = false;
        assertThat(counted()).isEqualTo(2);

        // When
        renewAll();

        // Then
        assertThat(counted()).isEqualTo(1);
        kept.close();
        assertThat(counted()).isZero();
    }

    @Test
    void anAdmissionWhoseAnswerIsLostIsGivenBackAtTheNextRenewal() {
        // Given
        faulty.losesAnswers = true;
        List<Throwable> failures = new ArrayList<>();
        var unused = slots.decide(List.of(new Ask.Debit(List.of(CHARGE)))).whenComplete((replies, failure) -> {
            failures.add(failure);
        });
        faulty.losesAnswers = false;
        assertThat(failures).hasSize(1);
        assertThat(counted()).isEqualTo(1);

        // When
        renewAll();

        // Then
        assertThat(counted()).isZero();
    }

    @Test
    void slotsThatTheStoreLostAreTakenAgain() {
        // Given
        admit();
        admit();
        store.command("FLUSHALL");

        // When
        renewAll();

        // Then
        assertThat(counted()).isEqualTo(2);
    }

    @Test
    void whatCannotBeRenewedEndsBeforeItsLease() {
        // Given
        Permit permit = admit().permit();
        AtomicInteger ended = new AtomicInteger();
        permit.onLost(ended::incrementAndGet);
        faulty.losesCalls = true;

        // When
        nanos.addAndGet(LEASE.toNanos() - Duration.ofSeconds(2).toNanos());
        slots.tick();
        assertThat(ended).hasValue(0);
        nanos.addAndGet(Duration.ofMillis(1600).toNanos());
        slots.tick();

        // Then
        assertThat(ended).hasValue(1);
        assertThat(slots.size()).isZero();
    }

    @Test
    void whatAShadowLimitCannotRenewRunsOn() {
        // Given
        Terms watching = TestLimits.terms(new Algorithm.Concurrency(LEASE), Amount.of(3), 1, LimitMode.SHADOW);
        Ask debit = new Ask.Debit(List.of(new Charge(watching, "slots", 1)));
        LimitDecision decision =
                (LimitDecision) TestStore.await(slots.decide(List.of(debit))).get(0);
        AtomicInteger ended = new AtomicInteger();
        decision.permit().onLost(ended::incrementAndGet);
        faulty.losesCalls = true;

        // When
        nanos.addAndGet(LEASE.toNanos());
        slots.tick();
        decision.permit().close();

        // Then
        assertThat(ended).hasValue(0);
        assertThat(slots.size()).isZero();
    }

    @Test
    void aCounterThatNobodyUsesIsForgotten() {
        // Given
        admit().permit().close();

        // When
        renewAll();

        // Then
        assertThat(slots.size()).isZero();
        assertThat(store.command("EXISTS", "slots")).isEqualTo("0");
    }

    private void renewAll() {
        nanos.addAndGet(LEASE.toNanos() / 3);
        slots.tick();
    }

    private LimitDecision admit() {
        return decide(slots);
    }

    private static LimitDecision decide(SharedCounters counters) {
        return (LimitDecision) TestStore.await(counters.decide(List.of(new Ask.Debit(List.of(CHARGE)))))
                .get(0);
    }

    private long counted() {
        SharedCounters stranger = new RedisCounters(store.store(), new Holder(77));
        Terms watching = TestLimits.terms(new Algorithm.Concurrency(LEASE), 1_000_000);
        Charge charge = new Charge(watching, "slots", 1);
        LimitDecision decision = (LimitDecision)
                TestStore.await(stranger.decide(List.of(new Ask.Debit(List.of(charge)), new Ask.Release(charge, 1))))
                        .get(0);
        return 1_000_000 - decision.quotas().get(0).remaining() - 1;
    }

    private FaultyCounters faulty(long id) {
        Holder holder = new Holder(id);
        return new FaultyCounters(new RedisCounters(store.store(), holder), holder);
    }

    private HeldSlots held(FaultyCounters counters) {
        return new HeldSlots(counters, counters.holder, timer, nanos::get);
    }
}
