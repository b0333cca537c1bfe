package io.redisroles.sidecar.http;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.redisroles.contract.Algorithm;
import io.redisroles.contract.LimitMode;
import io.redisroles.contract.OnStoreFailure;
import io.redisroles.contract.PolicySection.Amount;
import io.redisroles.sidecar.admission.DecisionSource;
import io.redisroles.sidecar.admission.Problem;
import io.redisroles.sidecar.admission.Verdict;
import io.redisroles.sidecar.limit.Quota;
import io.redisroles.sidecar.limit.Terms;
import io.redisroles.sidecar.limit.TestLimits;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class GrpcStatusTest {
    @Test
    void whenToComeBackIsSaidByTheLimitsThatRefused() {
        // Given
        Quota refusing = exceeded(LimitMode.ENFORCE, Duration.ofSeconds(61));
        Quota watching = exceeded(LimitMode.SHADOW, Duration.ofHours(1));
        HttpHeaders headers = new DefaultHttpHeaders();

        // When
        GrpcStatus.write(
                headers,
                new Verdict.Reject(Problem.QUOTA_EXCEEDED, "", List.of(refusing, watching), DecisionSource.REDIS));

        // Then
        assertThat(headers.get("grpc-retry-pushback-ms")).isEqualTo("61000");
    }

    private static Quota exceeded(LimitMode mode, Duration wait) {
        Terms terms = TestLimits.terms(
                new Algorithm.SlidingWindow(Duration.ofHours(1)), Amount.of(1), 1, mode, OnStoreFailure.DENY);
        return new Quota(terms, 0, wait.toNanos() / 1000, true);
    }
}
