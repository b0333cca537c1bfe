package io.redisroles.api.v1alpha1;

import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.redisroles.contract.HttpMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SerializationTest {
    /** A role and a policy written under a newer release, with fields and enum values that this one does not know. */
    private static final String NEWER_ROLE = """
            apiVersion: redisroles.io/v1alpha1
            kind: RedisRole
            metadata: {name: gateway}
            spec:
              role: gateway
              topology: {mode: Replicated}
              persistence: {fsync: EveryMinute, snapshot: {every: 1h}}
            """;

    private static final String NEWER_POLICY = """
            apiVersion: redisroles.io/v1alpha1
            kind: AccessPolicy
            metadata: {name: gateway}
            spec:
              selector: {matchLabels: {app: gateway}}
              ports: [8080]
              roles: {}
              rules:
              - {name: search, session: None, match: {methods: [QUERY, GET]}}
            """;

    private final KubernetesSerialization serialization = new KubernetesSerialization();

    static Stream<String> roles() {
        return documents("redisrole");
    }

    static Stream<String> policies() {
        return documents("accesspolicy");
    }

    private static Stream<String> documents(String directory) {
        return Fixture.of(directory).stream()
                .filter(fixture -> !fixture.isInvalid())
                .flatMap(fixture -> fixture.steps().stream())
                .map(Fixture.Step::yaml);
    }

    @ParameterizedTest
    @MethodSource("roles")
    void aRoleIsReadBackEqual(String yaml) {
        RedisRole role = serialization.unmarshal(yaml, RedisRole.class);

        RedisRole again = serialization.unmarshal(serialization.asYaml(role), RedisRole.class);

        assertThat(again).isEqualTo(role);
    }

    @ParameterizedTest
    @MethodSource("policies")
    void aPolicyIsReadBackEqual(String yaml) {
        AccessPolicy policy = serialization.unmarshal(yaml, AccessPolicy.class);

        AccessPolicy again = serialization.unmarshal(serialization.asYaml(policy), AccessPolicy.class);

        assertThat(again).isEqualTo(policy);
    }

    @Test
    void whatIsAbsentIsReadAsEmptyAndNotWritten() {
        RedisRole role = serialization.unmarshal("""
                apiVersion: redisroles.io/v1alpha1
                kind: RedisRole
                metadata: {name: gateway}
                spec: {role: gateway}
                """, RedisRole.class);

        assertThat(role.getSpec().consumers()).isEmpty();
        assertThat(role.getSpec().config()).isEmpty();
        assertThat(serialization.asYaml(role)).isEqualTo("""
                ---
                apiVersion: "redisroles.io/v1alpha1"
                kind: "RedisRole"
                metadata:
                  name: "gateway"
                spec:
                  role: "gateway"
                """);
    }

    @Test
    void enumsAreWrittenByTheirJsonNames() {
        AccessPolicy policy = serialization.unmarshal(NEWER_POLICY.replace("QUERY, ", ""), AccessPolicy.class);

        assertThat(serialization.asYaml(policy)).contains("session: \"None\"", "- \"GET\"");
    }

    @Test
    void theClientsOwnMapperFailsOnAnEnumValueThatANewerReleaseWrote() {
        assertThatThrownBy(() -> serialization.unmarshal(NEWER_ROLE, RedisRole.class))
                .hasStackTraceContaining("EveryMinute");
    }

    @Test
    void theClientsOwnMapperFailsOnAFieldThatANewerReleaseWrote() {
        String fieldOnly = NEWER_ROLE.replace("EveryMinute", "Never");

        assertThatThrownBy(() -> serialization.unmarshal(fieldOnly, RedisRole.class))
                .hasStackTraceContaining("Unrecognized field");
    }

    /**
     * How a reader can be lenient without guessing: unknown fields are ignored, unknown enum values are read as absent and
     * reported, so that the object can be refused by a condition instead of stopping the informer.
     */
    @Test
    void aLenientMapperReadsWhatANewerReleaseWroteAndCanReportIt() {
        List<String> unknown = new ArrayList<>();
        KubernetesSerialization lenient = new KubernetesSerialization(
                JsonMapper.builder()
                        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                        .addHandler(new UnknownEnumValues(unknown))
                        .build(),
                false);

        RedisRole role = lenient.unmarshal(NEWER_ROLE, RedisRole.class);
        AccessPolicy policy = lenient.unmarshal(NEWER_POLICY, AccessPolicy.class);

        assertThat(role.getSpec().role()).isEqualTo(RoleKind.GATEWAY);
        assertThat(role.getSpec().persistence()).isEqualTo(new RedisRoleSpec.Persistence(null, null));
        assertThat(policy.getSpec().rules().get(0).match())
                .isEqualTo(new AccessRule.Match(List.of(), List.of(HttpMethod.GET)));
        assertThat(unknown).containsExactly("EveryMinute", "QUERY");
    }

    private static final class UnknownEnumValues extends DeserializationProblemHandler {
        private final List<String> values;

        private UnknownEnumValues(List<String> values) {
            this.values = values;
        }

        @Override
        public @Nullable Object handleWeirdStringValue(
                DeserializationContext context, Class<?> type, String value, String message) {
            if (!type.isEnum()) {
                return NOT_HANDLED;
            }
            values.add(value);
            return null;
        }
    }
}
