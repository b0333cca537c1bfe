package io.redisroles.operator.reconcile;

import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.redisroles.operator.Samples;
import io.redisroles.operator.desired.LiveSettings;
import io.redisroles.operator.desired.RoleCredentials;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.redis.Observation;
import io.redisroles.operator.redis.RedisFacts;
import io.redisroles.operator.redis.RedisInspector;
import io.redisroles.operator.redis.RedisLoad;
import io.redisroles.operator.redis.RedisLogin;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(120)
class RedisObservationsTest {
    private static final ResourceID ROLE = new ResourceID("gateway", "caas");
    private static final Observation SILENCE = new Observation.Unreachable("timed out");
    private static final Observation ANSWER = new Observation.Answered(
            new RedisFacts("7.4.2", "run", 1, 2, 0, 0, 0, true, true, "", Map.of(), RedisLoad.NONE),
            new Observation.Canary(Observation.Canary.Outcome.SERVED, ""),
            new Observation.Changes(List.of(), List.of()));

    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final ConcurrentLinkedQueue<Observation> answers = new ConcurrentLinkedQueue<>();
    private final AtomicInteger told = new AtomicInteger();
    private final RedisObservations observations = new RedisObservations(
            question -> CompletableFuture.completedFuture(
                    Optional.ofNullable(answers.poll()).orElse(ANSWER)),
            role -> told.incrementAndGet(),
            clock,
            new Random(1));
    private final Optional<RedisObservations.Target> target = Optional.of(target());

    @AfterEach
    void stop() {
        clock.shutdownNow();
    }

    @Test
    void aQuestionThatIsMissedNowAndThenSaysNothing() {
        // Given
        answers.addAll(List.of(ANSWER, SILENCE, SILENCE, ANSWER, SILENCE, ANSWER));

        // When
        watch();
        await().until(answers::isEmpty);

        // Then
        assertThat(told).hasValue(1);
        assertThat(observations.latest(ROLE, target)).isEqualTo(ANSWER);
    }

    @Test
    void whoMissesSeveralInARowIsGone() {
        // Given
        answers.addAll(List.of(ANSWER, SILENCE, SILENCE, SILENCE));

        // When
        watch();

        // Then
        await().untilAsserted(() -> assertThat(told).hasValueGreaterThanOrEqualTo(2));
        assertThat(answers).isEmpty();
    }

    @Test
    void whoHasNeverAnsweredIsNotWaitedFor() {
        // Given
        answers.addAll(List.of(SILENCE, SILENCE, SILENCE, SILENCE, SILENCE, SILENCE));

        // When
        watch();

        // Then
        await().until(() -> told.get() == 1);
        assertThat(observations.latest(ROLE, target)).isEqualTo(SILENCE);
    }

    @Test
    void anOperatorThatHasJustStartedDoesNotTakeAReadyRoleForGoneByItsFirstQuestion() {
        // Given
        answers.addAll(List.of(SILENCE, SILENCE, ANSWER));

        // When
        watch(true);
        await().until(() -> told.get() > 0);

        // Then
        assertThat(observations.latest(ROLE, target)).isEqualTo(ANSWER);
    }

    @Test
    void aReadyRoleThatNeverAnswersThisOperatorIsGoneAllTheSame() {
        // Given
        answers.addAll(List.of(SILENCE, SILENCE, SILENCE, SILENCE));

        // When
        watch(true);

        // Then
        await().until(() -> told.get() == 1);
        assertThat(observations.latest(ROLE, target)).isEqualTo(SILENCE);
    }

    @Test
    void manyRolesAreAskedLessOftenEachButNeverTooSeldomToMendThemInTime() {
        assertThat(RedisObservations.pause(1)).hasSeconds(5);
        assertThat(RedisObservations.pause(300)).hasSeconds(5);
        assertThat(RedisObservations.pause(1000)).hasMillis(15_625);
        assertThat(RedisObservations.pause(100_000)).hasSeconds(20);
    }

    private void watch() {
        watch(false);
    }

    /**
     * What is known is what was told last.
     *
     * @param ready what the role's status says
     */
    private void watch(boolean ready) {
        observations.watch(
                ROLE,
                new RedisObservations.Interest(
                        target,
                        ready,
                        () -> true,
                        answer -> !(answer instanceof Observation.Answered) || told.get() == 0));
    }

    private static RedisObservations.Target target() {
        RolePlan plan = Samples.plan("{role: gateway}");
        RoleCredentials credentials = Samples.credentials(plan);
        return new RedisObservations.Target(
                "pod",
                new RedisInspector.Question(
                        RedisLogin.ofOperator(credentials, "127.0.0.1", 6379, Optional.empty()),
                        LiveSettings.of(plan, credentials),
                        true));
    }
}
