package io.redisroles.operator.desired;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.redisroles.operator.GoldenCase;
import io.redisroles.operator.Samples;
import io.redisroles.operator.plan.RolePlan;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Passwords and keys stand in Secrets and nowhere else. */
class SecretPlacesTest {
    @ParameterizedTest
    @MethodSource("io.redisroles.operator.GoldenCase#all")
    void noObjectButASecretHoldsAPasswordOrItsHash(GoldenCase golden) {
        List<Password> passwords = golden.rolePlans().stream()
                .map(Samples::credentials)
                .flatMap(credentials -> credentials.byUser().values().stream())
                .map(UserPasswords::current)
                .toList();
        for (HasMetadata object : golden.objects()) {
            if (!(object instanceof Secret)) {
                assertThat(passwords)
                        .as(object.getKind() + "/" + object.getMetadata().getName())
                        .noneMatch(password -> holds(object, password.value()) || holds(object, password.sha256()));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.redisroles.operator.GoldenCase#all")
    void containersHaveNoEnvironment(GoldenCase golden) {
        assertThat(golden.objects())
                .filteredOn(StatefulSet.class::isInstance)
                .extracting(StatefulSet.class::cast)
                .flatExtracting(set -> set.getSpec().getTemplate().getSpec().getContainers())
                .allMatch(container ->
                        container.getEnv().isEmpty() && container.getEnvFrom().isEmpty());
    }

    @Test
    void theAclFileHoldsDigestsOnly() {
        // Given
        RolePlan plan = Samples.plan("{role: gateway, consumers: [{name: app, keys: ['*']}]}");
        RoleCredentials credentials = Samples.credentials(plan);

        // When
        Secret secret = RedisSecrets.acl(plan, credentials);

        // Then
        String file = new String(
                Base64.getDecoder().decode(secret.getData().getOrDefault(RedisSecrets.ACL_KEY, "")),
                StandardCharsets.UTF_8);
        assertThat(file)
                .contains("#" + credentials.of("app").sha256())
                .doesNotContain(credentials.of("app").value());
    }

    @Test
    void secretsAreWrittenAsTheApiServerReturnsThem() {
        // Given
        RolePlan plan = Samples.plan("{role: gateway}");

        // When
        Secret secret = RedisSecrets.credentials(plan, Samples.credentials(plan));

        // Then
        assertThat(secret.getStringData()).isNullOrEmpty();
        assertThat(secret.getData()).containsOnlyKeys("_operator.password", "_operator.sha256", "identifier.key");
    }

    @Test
    void aPasswordDoesNotPrintItself() {
        assertThat(new Password("hunter2")).hasToString("Password[redacted]");
        assertThat(Samples.credentials(Samples.plan("{role: gateway}")).toString())
                .doesNotContain("fixed-password");
    }

    private static boolean holds(HasMetadata object, String text) {
        return Serialization.asJson(object).contains(text);
    }
}
