package io.redisroles.operator;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class OperatorSettingsTest {
    @Test
    void onlyTheNamespaceIsNeeded() {
        // When
        OperatorSettings settings = OperatorSettings.fromEnvironment(Map.of("OPERATOR_NAMESPACE", "redis-roles"));

        // Then
        assertThat(settings.watchedNamespaces()).isEmpty();
        assertThat(settings.plan().operatorNamespace()).isEqualTo("redis-roles");
        assertThat(settings.healthPort()).isEqualTo(8080);
    }

    @Test
    void namespacesAreSeparatedByCommas() {
        // When
        OperatorSettings settings = OperatorSettings.fromEnvironment(
                Map.of("OPERATOR_NAMESPACE", "redis-roles", "WATCH_NAMESPACES", "caas, shop,"));

        // Then
        assertThat(settings.watchedNamespaces()).containsExactlyInAnyOrder("caas", "shop");
    }

    @ParameterizedTest
    @CsvSource({
        "OPERATOR_NAMESPACE,''",
        "OPERATOR_NAMESPACE,Not_A_Namespace",
        "WATCH_NAMESPACES,'caas,Bad!'",
        "HEALTH_PORT,web",
        "HEALTH_PORT,70000",
        "RECONCILE_THREADS,0",
        "DEFAULT_REDIS_IMAGE,redis 7"
    })
    void whatCannotBeUsedIsNamedWithWhatWasExpected(String name, String value) {
        // Given
        Map<String, String> environment = new HashMap<>(Map.of("OPERATOR_NAMESPACE", "redis-roles"));
        environment.put(name, value);

        // When, Then
        assertThatThrownBy(() -> OperatorSettings.fromEnvironment(environment))
                .isInstanceOf(OperatorSettings.InvalidException.class)
                .hasMessageStartingWith(name + ": \"")
                .hasMessageContaining("(expected: ");
    }
}
