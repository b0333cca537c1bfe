package io.redisroles.sidecar.redis;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PatienceTest {
    private long now = -5_000_000_000L;
    private final Patience patience = new Patience(Duration.ofMillis(250), now);

    @Test
    void itIsTheConfiguredTimeUntilItIsKnownHowFastRedisIs() {
        observe(32, 1);
        observe(31, 1);
        assertThat(patience.isKnown()).isFalse();
        assertThat(limitMillis()).isEqualTo(250);

        observe(1, 1);
        assertThat(patience.isKnown()).isTrue();
        assertThat(limitMillis()).isEqualTo(25);
    }

    @Test
    void theFirstRepliesOfAllAreSlowForReasonsOfTheirOwn() {
        observe(32, 200);
        observe(32, 1);

        assertThat(limitMillis()).isEqualTo(25);
    }

    @Test
    void anOutageIsNoPace() {
        observe(64, 1);

        observe(1, 251);

        assertThat(limitMillis()).isEqualTo(25);
    }

    @Test
    void howeverSlowItWasIsForgottenInTheSameTime() {
        observe(64, 1);
        observe(1, 250);
        assertThat(limitMillis()).isEqualTo(250);

        for (int second = 1; second <= 40; second++) {
            now += TimeUnit.SECONDS.toNanos(1);
            observe(1, 1);
        }
        assertThat(limitMillis()).isEqualTo(25);
    }

    @Test
    void itKnowsWhenTheLastReplyCame() {
        observe(1, 1);
        now += 1000;

        assertThat(patience.isOlderThan(999, now)).isTrue();
        assertThat(patience.isOlderThan(1000, now)).isFalse();
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
