package io.redisroles.sidecar.session;

import java.time.Duration;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SeenSessionsTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final Duration IDLE = Duration.ofMinutes(30);

    @Test
    void theFirstSightStaysAndTheLastMoves() {
        SeenSessions seen = new SeenSessions(256, 42);

        assertThat(seen.firstSeen("one")).isZero();
        seen.seen("one", NOW);
        seen.seen("one", NOW + 5);

        assertThat(seen.firstSeen("one")).isEqualTo(NOW);
        assertThat(seen.active(Duration.ofMillis(10), NOW + 15)).isEqualTo(1);
        assertThat(seen.active(Duration.ofMillis(10), NOW + 16)).isZero();
        assertThat(seen.firstSeen("other")).isZero();
    }

    @Test
    void asManyAsMostAppsHaveAreCountedExactly() {
        SeenSessions seen = new SeenSessions(32_768, 42);

        for (int i = 0; i < 4_000; i++) {
            seen.seen("session-" + i, NOW + i);
        }

        assertThat(seen.active(IDLE, NOW + 4_000)).isEqualTo(4_000);
        for (int i = 0; i < 4_000; i++) {
            assertThat(seen.firstSeen("session-" + i)).isEqualTo(NOW + i);
        }
    }

    @Test
    void aCrowdTakesNoMoreThanItsPlacesAndOneInUseIsNotForgotten() {
        SeenSessions seen = new SeenSessions(256, 42);

        for (int i = 0; i < 100_000; i++) {
            seen.seen("stranger-" + i, NOW + i);
            seen.seen("in use", NOW + i);
        }

        assertThat(seen.active(IDLE, NOW + 100_000)).isEqualTo(256);
        assertThat(seen.firstSeen("in use")).isEqualTo(NOW);
        assertThat(seen.firstSeen("stranger-1")).isZero();
    }

    @Test
    void itsCapacityIsAPowerOfTwo() {
        assertThatThrownBy(() -> new SeenSessions(100, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("capacity: 100 (expected: a power of two, at least 256)");
    }
}
