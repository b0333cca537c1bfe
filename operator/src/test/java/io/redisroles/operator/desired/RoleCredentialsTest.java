package io.redisroles.operator.desired;

import io.fabric8.kubernetes.api.model.Secret;
import io.redisroles.operator.Samples;
import io.redisroles.operator.plan.RolePlan;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RoleCredentialsTest {
    private static final RolePlan ONE = Samples.plan("{role: gateway, consumers: [{name: a, keys: ['a:*']}]}");
    private static final RolePlan TWO =
            Samples.plan("{role: gateway, consumers: [{name: a, keys: ['a:*']}, {name: b, keys: ['b:*']}]}");

    @Test
    void usersWithoutAPasswordOfTheirOwnGetNone() {
        assertThat(Samples.credentials(TWO).byUser()).containsOnlyKeys("_operator", "a", "b");
    }

    @Test
    void whatTheSecretHasIsKept() {
        // Given
        RoleCredentials first = Samples.credentials(ONE);
        Secret kept = RedisSecrets.credentials(ONE, first);

        // When
        RoleCredentials next = RoleCredentials.complete(TWO, Optional.of(kept), () -> new Password("made-now"));

        // Then
        assertThat(next.of("a")).isEqualTo(first.of("a"));
        assertThat(next.identifiers()).isEqualTo(first.identifiers());
        assertThat(next.of("b")).isEqualTo(new Password("made-now"));
    }

    @Test
    void thePasswordOfAUserThatLeftIsDropped() {
        // Given
        Secret kept = RedisSecrets.credentials(TWO, Samples.credentials(TWO));

        // When
        RoleCredentials next = RoleCredentials.complete(ONE, Optional.of(kept), () -> new Password("made-now"));

        // Then
        assertThat(next.byUser()).containsOnlyKeys("_operator", "a");
        assertThatThrownBy(() -> next.of("b")).hasMessageContaining("no password for user b");
    }

    @Test
    void randomPasswordsHave256BitsAndNeedNoEscapes() {
        assertThat(Password.random(new Random(1)).value()).matches("[A-Za-z0-9_-]{43}");
    }
}
