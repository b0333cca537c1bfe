package io.redisroles.sidecar.redis;

import io.redisroles.sidecar.redis.Breaker.State;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class BreakerTest {
    private long now = 42;
    private double jitter = 1;
    private final Breaker breaker = new Breaker(() -> now, () -> jitter);

    @BeforeEach
    void connect() {
        assertThat(breaker.state()).as("before the first probe").isEqualTo(State.OPEN);
        breaker.probing();
        breaker.close();
    }

    /** F is a call that failed at once, F100 one that did after 100 ms, S one that succeeded, a number so many ms that pass. */
    @ParameterizedTest
    @CsvSource({
        "F F F F,               CLOSED",
        "F F F F F,             OPEN",
        "F F F F S F F F F,     CLOSED",
        "F F F F S F F F F F,   OPEN",
        "F 99 F,                CLOSED",
        "F 100 F,               OPEN",
        "F 50 F 50 F,           OPEN",
        "F 60 S 60 F,           CLOSED",
        "F 60 S F 60 F,         CLOSED",
        "F 60 S F 60 F 40 F,    OPEN",
        "1000 F,                CLOSED",
        "1000 F99,              CLOSED",
        "1000 F100,             OPEN",
        "1000 F60 F60,          CLOSED",
        "1000 F60 50 F25,       OPEN",
        "1000 S F250,           CLOSED",
        "1000 S 99 F250,        CLOSED",
        "1000 S 100 F250,       OPEN",
    })
    void itOpensAfterFiveFailuresInARowOrFailuresOnlyFor100Ms(String history, State expected) {
        boolean opened = false;
        for (String event : history.split(" ", -1)) {
            switch (event) {
                case "F" -> opened = breaker.failed(now);
                case "S" -> breaker.succeeded(now);
                default -> {
                    if (event.startsWith("F")) {
                        opened = breaker.failed(now - nanos(event.substring(1)));
                    } else {
                        now += nanos(event);
                    }
                }
            }
        }

        assertThat(breaker.state()).isEqualTo(expected);
        assertThat(opened).as("told by the failure that opened it").isEqualTo(expected == State.OPEN);
    }

    @Test
    void whatFailsWhileItIsOpenOrProbingChangesNothing() {
        breaker.open();
        assertThat(breaker.failed(now)).isFalse();
        breaker.probing();
        for (int i = 0; i < 2 * Breaker.FAILURES_IN_A_ROW; i++) {
            assertThat(breaker.failed(now)).isFalse();
        }
        assertThat(breaker.state()).isEqualTo(State.PROBING);
        assertThat(breaker.open()).as("it was not closed").isFalse();
    }

    @Test
    void oldFailuresDoNotCountAfterItWasOpen() {
        for (int i = 0; i < Breaker.FAILURES_IN_A_ROW; i++) {
            breaker.failed(now);
        }
        breaker.probing();
        breaker.close();

        assertThat(breaker.failed(now)).isFalse();
        assertThat(breaker.isClosed()).isTrue();
    }

    @Test
    void probesComeAfterEverLongerDelaysUntilACallSucceeds() {
        assertThat(delays(6)).containsExactly(100, 200, 400, 800, 1000, 1000);

        breaker.probing();
        breaker.close();
        breaker.open();
        assertThat(delays(1)).as("only probes succeeded").containsExactly(1000);

        breaker.probing();
        breaker.close();
        breaker.succeeded(now);
        assertThat(delays(2)).containsExactly(100, 200);
    }

    @Test
    void delaysAreJitteredOverTheirSecondHalf() {
        jitter = 0;
        assertThat(delays(2)).containsExactly(50, 100);
        jitter = 0.5;
        assertThat(delays(1)).containsExactly(300);
    }

    private static long nanos(String millis) {
        return TimeUnit.MILLISECONDS.toNanos(Long.parseLong(millis));
    }

    private int[] delays(int count) {
        int[] millis = new int[count];
        for (int i = 0; i < count; i++) {
            millis[i] = (int) TimeUnit.NANOSECONDS.toMillis(breaker.nextDelayNanos());
        }
        return millis;
    }
}
