package io.redisroles.sidecar.redis;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PatienceTest {
    private final Patience patience = new Patience(Duration.ofMillis(250));
    private long now = -5_000_000_000L;

    @Test
    void itIsTheConfiguredTimeUntilItIsKnownHowFastRedisIs() {
        observe(63, 1);
        assertThat(limitMillis()).isEqualTo(250);

        observe(1, 1);
        assertThat(limitMillis()).isEqualTo(25);
    }

    @Test
    void itIsEightTimesTheSlowestOfLateAndNeverMoreThanConfigured() {
        observe(63, 1);
        observe(1, 10);
        assertThat(limitMillis()).isEqualTo(80);

        observe(1, 40);
        assertThat(limitMillis()).isEqualTo(250);
    }

    @Test
    void aSlowReplyIsForgottenBySteps() {
        observe(64, 1);
        observe(1, 31);
        assertThat(limitMillis()).isEqualTo(248);

        for (int second = 1; second <= 20; second++) {
            now += TimeUnit.SECONDS.toNanos(1);
            observe(1, 1);
        }
        assertThat(limitMillis()).isBetween(60L, 80L);
    }

    @Test
    void afterAMinuteWithoutRepliesNothingIsKnown() {
        observe(64, 1);

        now += TimeUnit.SECONDS.toNanos(61);
        observe(1, 1);

        assertThat(limitMillis()).isEqualTo(250);
    }

    private void observe(int times, long millis) {
        for (int i = 0; i < times; i++) {
            patience.observe(TimeUnit.MILLISECONDS.toNanos(millis), now);
        }
    }

    private long limitMillis() {
        return TimeUnit.NANOSECONDS.toMillis(patience.limit());
    }
}
