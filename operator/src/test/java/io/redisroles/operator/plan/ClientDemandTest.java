package io.redisroles.operator.plan;

import io.redisroles.operator.plan.ClientDemand.Present;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ClientDemandTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    @Test
    void aNewRoleAsksAtOnceAndOneThatAsksGoesOn() {
        assertThat(ClientDemand.towards(true, new Present(false, Optional.empty()), NOON)
                        .waits())
                .isEmpty();
    }

    @Test
    void clientsOfARunningRoleGetTimeFromTheMomentThatItsPodHasCertificates() {
        assertThat(waits(Optional.empty(), NOON)).hasValueSatisfying(wait -> {
            assertThat(wait.until()).isEmpty();
            assertThat(wait.message()).contains("once its pod has one too");
        });
        assertThat(waits(Optional.of(NOON), NOON.plusSeconds(119))).hasValueSatisfying(wait -> {
            assertThat(wait.until()).hasValue(NOON.plusSeconds(120));
            assertThat(wait.message()).contains("from 2026-01-01T12:02:00Z on");
        });
        assertThat(waits(Optional.of(NOON), NOON.plusSeconds(120))).isEmpty();
    }

    @Test
    void nobodyWaitsForWhatIsNotWished() {
        assertThat(ClientDemand.towards(false, new Present(true, Optional.empty()), NOON)
                        .waits())
                .isEmpty();
    }

    private static Optional<ClientDemand.Wait> waits(Optional<Instant> issued, Instant now) {
        return ClientDemand.towards(true, new Present(true, issued), now).waits();
    }
}
