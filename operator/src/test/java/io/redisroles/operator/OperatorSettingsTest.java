package io.redisroles.operator;

import io.redisroles.operator.admission.WebhookSettings;
import io.redisroles.operator.shard.NamespaceChoice;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
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
        assertThat(settings.namespaces()).isEqualTo(NamespaceChoice.ALL);
        assertThat(settings.plan().operatorNamespace()).isEqualTo("redis-roles");
        assertThat(settings.healthPort()).isEqualTo(8080);
        assertThat(settings.podName()).isEmpty();
    }

    @Test
    void namespacesAreSeparatedByCommas() {
        // When
        OperatorSettings settings = OperatorSettings.fromEnvironment(
                Map.of("OPERATOR_NAMESPACE", "redis-roles", "WATCH_NAMESPACES", "caas, shop,"));

        // Then
        assertThat(settings.namespaces().names()).containsExactlyInAnyOrder("caas", "shop");
    }

    @Test
    void namespacesMayBeChosenByTheirLabels() {
        // Given
        Map<String, String> environment = new HashMap<>(Map.of(
                "OPERATOR_NAMESPACE", "redis-roles", "NAMESPACE_SELECTOR", "{\"matchLabels\":{\"team\":\"a\"}}"));

        // When
        NamespaceChoice choice = OperatorSettings.fromEnvironment(environment).namespaces();

        // Then
        assertThat(choice.names()).isEmpty();
        assertThat(choice.selector().orElseThrow().getMatchLabels()).containsExactly(Map.entry("team", "a"));
        assertThat(OperatorSettings.fromEnvironment(
                                Map.of("OPERATOR_NAMESPACE", "redis-roles", "NAMESPACE_SELECTOR", "{}"))
                        .namespaces())
                .isEqualTo(NamespaceChoice.ALL);

        environment.put("WATCH_NAMESPACES", "caas");
        assertThatThrownBy(() -> OperatorSettings.fromEnvironment(environment))
                .isInstanceOf(OperatorSettings.InvalidException.class)
                .hasMessage("NAMESPACE_SELECTOR: \"{\"matchLabels\":{\"team\":\"a\"}}\" (expected: nothing, because"
                        + " WATCH_NAMESPACES is set)");
    }

    @Test
    void sidecarsAreInjectedIfTheirImagesAreNamed() {
        // Given
        Map<String, String> environment = new HashMap<>(Map.of("OPERATOR_NAMESPACE", "redis-roles"));
        assertThat(OperatorSettings.fromEnvironment(environment).webhooks()).isEmpty();

        // When
        environment.putAll(Map.of("SIDECAR_IMAGE", "a", "REDIRECT_IMAGE", "b", "WEBHOOK_CERTIFICATES", "Mounted"));

        // Then
        assertThat(OperatorSettings.fromEnvironment(environment).webhooks())
                .hasValue(new WebhookSettings("a", "b", 9443, Optional.of(Path.of("/etc/redis-roles/webhook"))));
    }

    @ParameterizedTest
    @CsvSource({
        "OPERATOR_NAMESPACE,''",
        "OPERATOR_NAMESPACE,Not_A_Namespace",
        "WATCH_NAMESPACES,'caas,Bad!'",
        "NAMESPACE_SELECTOR,team=a",
        "NAMESPACE_SELECTOR,'{\"matchNames\":[\"caas\"]}'",
        "POD_NAME,Not/A/Pod",
        "HEALTH_PORT,web",
        "HEALTH_PORT,70000",
        "RECONCILE_THREADS,0",
        "DEFAULT_REDIS_IMAGE,redis 7",
        "REDIRECT_IMAGE,''",
        "SIDECAR_IMAGE,a b",
        "WEBHOOK_PORT,0",
        "WEBHOOK_CERTIFICATES,CertManager"
    })
    void whatCannotBeUsedIsNamedWithWhatWasExpected(String name, String value) {
        // Given
        Map<String, String> environment =
                new HashMap<>(Map.of("OPERATOR_NAMESPACE", "redis-roles", "SIDECAR_IMAGE", "a", "REDIRECT_IMAGE", "b"));
        environment.put(name, value);

        // When, Then
        assertThatThrownBy(() -> OperatorSettings.fromEnvironment(environment))
                .isInstanceOf(OperatorSettings.InvalidException.class)
                .hasMessageStartingWith(name + ": \"")
                .hasMessageContaining("(expected: ");
    }
}
