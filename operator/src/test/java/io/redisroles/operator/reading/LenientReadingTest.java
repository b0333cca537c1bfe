package io.redisroles.operator.reading;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.api.v1alpha1.Unreadable;
import java.util.Map;
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
    void noPasswordIsHeldBesideItsSecret() {
        // Given
        String json = """
                {"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"},"data":{"password":"c2VjcmV0"}}
                """;

        // When
        Secret one = serialization.unmarshal(json, Secret.class);
        Secret other = serialization.unmarshal(json, Secret.class);

        // Then
        assertThat(one.getData().get("password"))
                .isEqualTo("c2VjcmV0")
                .isNotSameAs(other.getData().get("password"));
    }

    @Test
    void whatTwoResourcesSayIsHeldOnce() {
        // Given
        String json = """
                {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","labels":{"app":"gateway"}}}
                """;

        // When
        ConfigMap one = serialization.unmarshal(json, ConfigMap.class);
        ConfigMap other = serialization.unmarshal(json, ConfigMap.class);

        // Then
        assertThat(one).isEqualTo(other).isNotSameAs(other);
        assertThat(one.getMetadata().getLabels().get("app"))
                .isEqualTo("gateway")
                .isSameAs(other.getMetadata().getLabels().get("app"));
    }

    @Test
    void aFieldThatTheClassDoesNotKnowIsKeptAndWrittenAgain() {
        // Given
        String json = """
                {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","telepathy":{"strong":true}},"senses":[1,2]}""";

        // When
        ConfigMap map = serialization.unmarshal(json, ConfigMap.class);
        ConfigMap copy = LenientReading.copy(map, serialization);

        // Then
        assertThat(copy).isEqualTo(map);
        assertThat(copy.getMetadata().getAdditionalProperties()).containsKey("telepathy");
        assertThat(serialization.asJson(copy)).contains("\"telepathy\":{\"strong\":true}", "\"senses\":[1,2]");
        assertThat(new ConfigMapBuilder(copy).build()).isEqualTo(map);
    }

    @Test
    void whatIsMadeAndWhatIsReadAreEqualAndCanBeChanged() {
        // Given
        ConfigMap made = new ConfigMapBuilder()
                .withNewMetadata()
                .withName("a")
                .endMetadata()
                .build();

        // When
        ConfigMap read = serialization.unmarshal(serialization.asJson(made), ConfigMap.class);

        // Then
        assertThat(read).isEqualTo(made).hasSameHashCodeAs(made);
        read.setAdditionalProperty("later", "yes");
        assertThat(read.getAdditionalProperties()).containsExactly(Map.entry("later", "yes"));
        assertThat(read.getMetadata().getAdditionalProperties()).isEmpty();
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

    @Test
    void managedFieldsAreLeftOutAndTheRestOfTheMetadataIsNot() {
        // When
        ConfigMap child = serialization.unmarshal("""
                apiVersion: v1
                kind: ConfigMap
                metadata:
                  name: redis-gateway
                  managedFields:
                  - {manager: redis-roles-operator, operation: Apply, fieldsType: FieldsV1, fieldsV1: {"f:data": {}}}
                  labels: {app: redis}
                """, ConfigMap.class);

        // Then
        assertThat(child.getMetadata().getManagedFields()).isEmpty();
        assertThat(child.getMetadata().getLabels()).containsOnlyKeys("app");
        assertThat(child.getMetadata().getName()).isEqualTo("redis-gateway");
    }

    private RedisRole read(String spec, String status) {
        return serialization.unmarshal(
                "{\"apiVersion\":\"redisroles.io/v1alpha1\",\"kind\":\"RedisRole\",\"metadata\":{\"name\":\"newer\"},"
                        + "\"spec\":" + spec + ",\"status\":" + status + "}",
                RedisRole.class);
    }
}
