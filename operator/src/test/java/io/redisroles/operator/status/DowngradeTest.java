package io.redisroles.operator.status;

import io.redisroles.api.v1alpha1.Condition;
import io.redisroles.api.v1alpha1.RedisRoleStatus;
import io.redisroles.operator.Samples;
import io.redisroles.operator.plan.RolePlan;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static io.redisroles.operator.status.Server.NOON;
import static org.assertj.core.api.Assertions.assertThat;

/** The version that runs after a restart is looked at, whatever the image's tag was. */
class DowngradeTest {
    private static final RolePlan PLAN = Samples.plan("{role: gateway}");

    @Test
    void anOlderVersionIsToldUntilItIsAllowed() {
        // Given
        RedisRoleStatus before = after(RoleStatus.none(), "7.4.2", "");

        // When
        RedisRoleStatus downgraded = after(before, "7.2.7", "");
        RedisRoleStatus later = after(downgraded, "7.2.7", "");
        RedisRoleStatus accepted = after(later, "7.2.7", "redis:latest");

        // Then
        assertThat(config(before).reason()).isEqualTo("Applied");
        assertThat(config(downgraded).reason()).isEqualTo("Downgraded");
        assertThat(config(downgraded).message())
                .contains("redis:latest runs 7.2.7 on data that 7.4.2 has written")
                .contains("redisroles.io/allow-image=redis:latest");
        assertThat(later).isEqualTo(downgraded);
        assertThat(config(accepted).reason()).isEqualTo("Applied");
    }

    @Test
    void goingBackToTheVersionBeforeMendsIt() {
        // Given
        RedisRoleStatus downgraded = after(after(RoleStatus.none(), "7.4.2", ""), "7.2.7", "");

        // Then
        assertThat(config(after(downgraded, "7.4.2", "")).reason()).isEqualTo("Applied");
    }

    @Test
    void anUpgradeIsNoNews() {
        assertThat(config(after(after(RoleStatus.none(), "7.2.7", ""), "Valkey 8.0.1", ""))
                        .reason())
                .isEqualTo("Applied");
    }

    private static RedisRoleStatus after(RedisRoleStatus previous, String version, String allowed) {
        ObservedRole observed = new ObservedRole(
                true,
                false,
                Server.of(PLAN).version(version).answer(),
                Server.REVISION,
                List.of(),
                Optional.empty(),
                false,
                Optional.empty(),
                new Surroundings(
                        allowed,
                        Optional.of("redis:latest"),
                        Optional.empty(),
                        Optional.empty(),
                        false,
                        Optional.empty()));
        return Server.next(previous, PLAN, observed, NOON);
    }

    private static Condition config(RedisRoleStatus status) {
        return Conditions.find(status.conditions(), ConditionType.CONFIG_APPLIED)
                .orElseThrow();
    }
}
