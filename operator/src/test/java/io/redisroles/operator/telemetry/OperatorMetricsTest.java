package io.redisroles.operator.telemetry;

import io.redisroles.operator.redis.Observation;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class OperatorMetricsTest {
    private final OperatorMetrics metrics = new OperatorMetrics();

    @Test
    void resourcesAreCountedByConditionAndForgottenWithIt() {
        // Given
        metrics.conditionsFrom(() -> List.of(
                new ResourceCondition("RedisRole", "caas", "Ready", "True"),
                new ResourceCondition("RedisRole", "caas", "Ready", "True"),
                new ResourceCondition("RedisRole", "caas", "Ready", "False")));

        // When, Then
        assertThat(metrics.scrape())
                .contains("redisroles_operator_resources{condition=\"Ready\",kind=\"RedisRole\",namespace=\"caas\","
                        + "status=\"True\"} 2.0")
                .contains("redisroles_operator_resources{condition=\"Ready\",kind=\"RedisRole\",namespace=\"caas\","
                        + "status=\"False\"} 1.0");

        // When
        metrics.conditionsFrom(List::of);

        // Then
        assertThat(metrics.scrape()).doesNotContain("redisroles_operator_resources{");
    }

    @Test
    void questionsToRedisAreCountedByTheirOutcome() {
        // Given
        List<CompletionStage<Observation>> answers = List.of(
                CompletableFuture.completedFuture(new Observation.Loading()),
                CompletableFuture.completedFuture(new Observation.Unreachable("refused")),
                CompletableFuture.failedFuture(new IllegalStateException("fault")));

        // When
        answers.forEach(answer ->
                assertThat(metrics.timed(to -> answer).apply("of a server")).isNotNull());

        // Then
        assertThat(metrics.scrape())
                .contains("redisroles_operator_redis_calls_seconds_count{outcome=\"loading\"} 1")
                .contains("redisroles_operator_redis_calls_seconds_count{outcome=\"unreachable\"} 1")
                .contains("redisroles_operator_redis_calls_seconds_count{outcome=\"failed\"} 1");
    }

    @Test
    void answersOfTheWebhooksAreTimedByWhatTheyWere() {
        // When
        metrics.reviewed("/mutate-pods", "patched", Duration.ofMillis(3));
        metrics.reviewed("/mutate-pods", "patched", Duration.ofMillis(70));

        // Then
        assertThat(metrics.scrape())
                .contains("redisroles_operator_admission_seconds_count{outcome=\"patched\",webhook=\"/mutate-pods\"} 2")
                .contains("redisroles_operator_admission_seconds_bucket{outcome=\"patched\",webhook=\"/mutate-pods\","
                        + "le=\"0.01\"} 1");
    }
}
