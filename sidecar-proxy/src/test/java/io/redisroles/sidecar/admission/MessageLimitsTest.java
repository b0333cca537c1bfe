package io.redisroles.sidecar.admission;

import io.redisroles.contract.Algorithm;
import io.redisroles.contract.LimitMode;
import io.redisroles.contract.LimitUnit;
import io.redisroles.contract.OnStoreFailure;
import io.redisroles.contract.PolicySection.Amount;
import io.redisroles.contract.PolicySection.Limit;
import io.redisroles.contract.PolicySection.Rule;
import io.redisroles.contract.SessionFailure;
import io.redisroles.contract.SessionRequirement;
import io.redisroles.contract.SubjectPart;
import io.redisroles.sidecar.limit.Charge;
import io.redisroles.sidecar.limit.LimitDecision;
import io.redisroles.sidecar.limit.Permit;
import io.redisroles.sidecar.limit.RateLimiter;
import io.redisroles.sidecar.limit.Terms;
import io.redisroles.sidecar.redis.FailureReason;
import io.redisroles.sidecar.redis.StoreUnavailableException;
import io.redisroles.sidecar.telemetry.ProxyMetrics;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MessageLimitsTest {
    private static final Algorithm WINDOW = new Algorithm.SlidingWindow(Duration.ofMinutes(1));
    private static final Algorithm PACED = new Algorithm.LeakyBucket(Duration.ofMinutes(1), Duration.ofSeconds(9));

    private final ScriptedLimiter limiter = new ScriptedLimiter();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    @Test
    void messagesPassUpToTheFirstThatIsRefused() {
        // Given
        limiter.says(List.of(admitted(0), admitted(0), refused(), admitted(0)));

        // When, Then
        assertThat(gate(WINDOW).admit(4, timer).toCompletableFuture()).isCompletedWithValue(2);
        assertThat(limiter.answers).as("what follows a refusal is not debited").hasSize(1);
    }

    @Test
    void answersThatComeLateAreTakenInOrder() {
        // Given
        CompletableFuture<LimitDecision> first = new CompletableFuture<>();
        CompletableFuture<LimitDecision> second = new CompletableFuture<>();
        limiter.says(List.of(first, second, admitted(0)));

        // When
        CompletableFuture<Integer> decided = gate(WINDOW).admit(3, timer).toCompletableFuture();
        second.complete(refused().join());
        assertThat(decided).isNotDone();
        first.complete(admitted(0).join());

        // Then
        assertThat(decided).isCompletedWithValue(1);
    }

    @Test
    void withoutRedisNothingIsDecidedButWhatWasAdmittedBefore() {
        limiter.says(List.of(failed()));
        assertThat(gate(WINDOW).admit(1, timer).toCompletableFuture()).isCompletedWithValue(MessageGate.UNDECIDED);
        limiter.says(List.of(admitted(0), failed()));
        assertThat(gate(WINDOW).admit(2, timer).toCompletableFuture()).isCompletedWithValue(1);
    }

    @Test
    void pacedMessagesPassOneByOneWhenTheirTurnHasCome() {
        // Given
        MessageGate gate = gate(PACED);
        limiter.says(List.of(admitted(1000)));

        // When
        CompletionStage<Integer> decided = gate.admit(1, timer);

        // Then
        assertThat(gate.mostAtOnce()).isEqualTo(1);
        assertThat(decided.toCompletableFuture())
                .succeedsWithin(Duration.ofSeconds(30))
                .isEqualTo(1);
    }

    private MessageGate gate(Algorithm algorithm) {
        Limit limit = new Limit(
                "chat",
                List.of(SubjectPart.RULE),
                Amount.of(10),
                algorithm,
                1,
                LimitUnit.MESSAGE,
                LimitMode.ENFORCE,
                Map.of(),
                OnStoreFailure.DENY);
        Rule rule =
                new Rule("chat", List.of(), List.of(), SessionRequirement.NONE, SessionFailure.DENY, List.of(limit));
        Charge charge = new Charge(new Terms(limit, limit.amount()), "rate:{chat}", 1);
        return new MessageLimits(rule, () -> List.of(charge), limiter, new DecisionLog(new ProxyMetrics()));
    }

    private static CompletableFuture<LimitDecision> admitted(long delayMicros) {
        return CompletableFuture.completedFuture(
                new LimitDecision(true, List.of(), delayMicros, LimitDecision.Source.REDIS, Permit.NONE));
    }

    private static CompletableFuture<LimitDecision> refused() {
        return CompletableFuture.completedFuture(new LimitDecision(false, List.of(), LimitDecision.Source.REDIS));
    }

    private static CompletableFuture<LimitDecision> failed() {
        return CompletableFuture.failedFuture(new StoreUnavailableException(FailureReason.OTHER));
    }

    /** Answers as it was told to. */
    private static final class ScriptedLimiter implements RateLimiter {
        private final Deque<CompletableFuture<LimitDecision>> answers = new ArrayDeque<>();

        void says(List<CompletableFuture<LimitDecision>> next) {
            answers.clear();
            answers.addAll(next);
        }

        @Override
        public CompletionStage<LimitDecision> acquire(List<Charge> charges) {
            return answers.removeFirst();
        }
    }
}
