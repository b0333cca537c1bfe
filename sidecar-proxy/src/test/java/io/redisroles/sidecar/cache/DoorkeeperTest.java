package io.redisroles.sidecar.cache;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class DoorkeeperTest {
    @Test
    void whoComesAgainIsLetInAndStaysKnown() {
        Doorkeeper doorkeeper = new Doorkeeper(64);

        assertThat(doorkeeper.admits(7)).isFalse();
        assertThat(doorkeeper.admits(8)).isFalse();
        assertThat(doorkeeper.admits(7)).isTrue();
        assertThat(doorkeeper.admits(7)).isTrue();
    }

    @Test
    void aCrowdInTurnIsForgottenBeforeItComesAgain() {
        Doorkeeper doorkeeper = new Doorkeeper(64);

        for (int round = 0; round < 3; round++) {
            for (int i = 1; i <= 1000; i++) {
                assertThat(doorkeeper.admits(i)).isFalse();
            }
        }
    }

    @Test
    void itsSizeIsAPowerOfTwo() {
        assertThatThrownBy(() -> new Doorkeeper(100))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("size: 100 (expected: a power of two)");
    }
}
