package io.redisroles.operator.shard;

import io.fabric8.kubernetes.api.model.LabelSelector;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SelectorTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"matchLabels\":{\"team\":\"a\"}}",
                "{\"matchExpressions\":[{\"key\":\"example.org/tier\",\"operator\":\"In\",\"values\":[\"gold\",\"\"]}]}",
                "{\"matchExpressions\":[{\"key\":\"team\",\"operator\":\"DoesNotExist\"}]}"
            })
    void whatIsReadIsWrittenAgain(String json) {
        // When
        LabelSelector selector = SelectorText.read(json).orElseThrow();

        // Then
        assertThat(SelectorText.read(SelectorText.write(selector))).hasValue(selector);
        assertThat(NamespaceChoice.labelled(selector)).hasToString(SelectorText.write(selector));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"matchLabels\":{}}", "{\"matchLabels\":{},\"matchExpressions\":[]}"})
    void whatIsEmptySelectsEverything(String json) {
        assertThat(SelectorText.read(json)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "team=a | a label selector in JSON",
                "[] | a label selector in JSON",
                "{\"matchNames\":[\"a\"]} | nothing else",
                "{\"matchLabels\":{\"a b\":\"c\"}} | the key of a label instead of a b",
                "{\"matchLabels\":{\"a\":\"b c\"}} | the value of a label instead of b c",
                "{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"Within\"}]} | instead of Within",
                "{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"In\"}]} | values beside In",
                "{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"Exists\",\"values\":[\"b\"]}]} | no values beside Exists",
                "{\"matchExpressions\":[{\"key\":\"-\",\"operator\":\"Exists\"}]} | instead of -"
            })
    void whatCannotBeASelectorIsNamed(String json, String message) {
        assertThatThrownBy(() -> SelectorText.read(json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void namespacesAreChosenByNameOrByLabel() {
        // Given
        Optional<LabelSelector> selector = SelectorText.read("{\"matchLabels\":{\"team\":\"a\"}}");

        // Then
        assertThat(NamespaceChoice.ALL).hasToString("all").isEqualTo(NamespaceChoice.named(Set.of()));
        assertThat(NamespaceChoice.named(Set.of("shop", "caas"))).hasToString("[caas, shop]");
        assertThatThrownBy(() -> new NamespaceChoice(Set.of("caas"), selector))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[caas] (expected: none beside a selector)");
    }
}
