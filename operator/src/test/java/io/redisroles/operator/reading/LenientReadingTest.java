package io.redisroles.operator.reading;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.api.v1alpha1.Unreadable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LenientReadingTest {
    private final KubernetesSerialization serialization = LenientReading.serialization();

    @Test
    void anUnknownValueMarksTheResourceWithPathAndValue() {
        // When
        RedisRole role = read("{\"role\":\"vector\",\"image\":\"redis:9\"}", "{}");

        // Then
        assertThat(role.getMetadata().getName()).isEqualTo("newer");
        assertThat(role.unreadable()).map(Unreadable::field).hasValue("spec.role");
        assertThat(role.unreadable().orElseThrow().message()).startsWith("\"vector\"");
    }

    @Test
    void theStatusOfAnUnreadableSpecIsKept() {
        // When
        RedisRole role = read("{\"role\":\"vector\"}", "{\"observedGeneration\":3}");

        // Then
        assertThat(role.unreadable()).isPresent();
        assertThat(role.getStatus().observedGeneration()).isEqualTo(3);
    }

    @Test
    void theMarkSurvivesACopy() {
        // When
        RedisRole copy = LenientReading.copy(read("{\"role\":\"vector\"}", "{}"), serialization);

        // Then
        assertThat(copy.unreadable()).map(Unreadable::field).hasValue("spec.role");
    }

    @Test
    void aWrongTypeDeepInTheSpecIsNamed() {
        // When
        RedisRole role = read("{\"role\":\"gateway\",\"consumers\":[{\"name\":\"a\",\"keys\":{\"x\":1}}]}", "{}");

        // Then
        assertThat(role.unreadable()).map(Unreadable::field).hasValue("spec.consumers[0].keys");
    }

    @Test
    void anUnknownFieldIsLeftOut() {
        // When
        RedisRole role = read("{\"role\":\"gateway\",\"telepathy\":\"strong\"}", "{}");

        // Then
        assertThat(role.unreadable()).isEmpty();
        assertThat(role.getSpec().role().jsonName()).isEqualTo("gateway");
    }

    @Test
    void aStatusThatCannotBeReadIsAsGoodAsNone() {
        // When
        RedisRole role = read("{\"role\":\"gateway\"}", "{\"observedGeneration\":\"many\"}");

        // Then
        assertThat(role.unreadable()).isEmpty();
        assertThat(role.getSpec().role().jsonName()).isEqualTo("gateway");
    }

    private RedisRole read(String spec, String status) {
        return serialization.unmarshal(
                "{\"apiVersion\":\"redisroles.io/v1alpha1\",\"kind\":\"RedisRole\",\"metadata\":{\"name\":\"newer\"},"
                        + "\"spec\":" + spec + ",\"status\":" + status + "}",
                RedisRole.class);
    }
}
