package io.redisroles.operator.injection;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.operator.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class InjectionTest {
    private static final String APP = "{name: app, image: app, ports: [{name: http, containerPort: 8080}]}";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {hostNetwork: true, containers: [%s]}|spec.hostNetwork: true
            {os: {name: windows}, containers: [%s]}|spec.os.name: windows (expected: linux)
            {securityContext: {runAsUser: 15001}, containers: [%s]}|container app: runAsUser: 15001 is the sidecar's own user
            {containers: [%s, {name: b, securityContext: {runAsUser: 15001}}]}|container b: runAsUser: 15001 is the sidecar's own user
            {containers: [%s, {name: b, ports: [{containerPort: 15016}]}]}|container b: containerPort: 15016 is the sidecar's own
            {initContainers: [{name: redisroles-redirect}], containers: [%s]}|container redisroles-redirect: the name is the sidecar's own
            {volumes: [{name: redisroles}], containers: [%s]}|spec.volumes: redisroles is the sidecar's own
            """)
    void aPodThatCannotHaveTheSidecarIsRefusedWithTheMend(String spec, String message) {
        // When
        Injection decision = decide(pod(spec.formatted(APP), Map.of()), policy("gateway", "ports: [8080]"));

        // Then
        assertThat(decision)
                .isInstanceOfSatisfying(
                        Injection.Refuse.class,
                        refused -> assertThat(refused.message())
                                .startsWith("AccessPolicy gateway selects this pod, but " + message)
                                .contains("expected: "));
    }

    @ParameterizedTest
    @CsvSource({
        "redisroles.io/inject, no",
        "redisroles.io/sidecar-image, 'a b'",
        "redisroles.io/sidecar-memory-limit, 64Mi",
        "redisroles.io/sidecar-memory-limit, plenty",
        "redisroles.io/sidecar-cpu-request, 0",
        "redisroles.io/drain-seconds, 61",
        "redisroles.io/drain-seconds, 5s"
    })
    void anAnnotationThatCannotBeUsedIsNamedWithItsValue(String annotation, String value) {
        // When
        Injection decision = decide(app(Map.of(annotation, value)), policy("gateway", "ports: [8080]"));

        // Then
        assertThat(decision)
                .isInstanceOfSatisfying(
                        Injection.Refuse.class,
                        refused -> assertThat(refused.message())
                                .contains("annotation " + annotation + ": \"" + value + "\" (expected: "));
    }

    @Test
    void aPodMayOptOut() {
        assertThat(decide(app(Map.of("redisroles.io/inject", "false")), policy("gateway", "ports: [8080]")))
                .isEqualTo(new Injection.Skip("redisroles.io/inject is false"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{matchLabels: {app: other}}",
                "{matchExpressions: [{key: app, operator: NotIn, values: [shop]}]}"
            })
    void aPodThatNoPolicySelectsIsLeftAlone(String selector) {
        // Given
        AccessPolicy policy = policy("gateway", "ports: [8080]");
        policy.setSpec(policy("gateway", "ports: [8080]\nselector: " + selector).getSpec());

        // When, Then
        assertThat(decide(app(Map.of()), policy)).isEqualTo(new Injection.Skip("no AccessPolicy selects it"));
    }

    @Test
    void anEmptySelectorSelectsNoRedisOfOurs() {
        // Given
        Pod redis = app(Map.of());
        redis.getMetadata().setLabels(Map.of("app.kubernetes.io/managed-by", "redis-roles"));

        // When, Then
        assertThat(decide(redis, policy("gateway", "ports: [8080]\nselector: {}")))
                .isEqualTo(new Injection.Skip("it is a RedisRole's"));
        assertThat(decide(app(Map.of()), policy("gateway", "ports: [8080]\nselector: {}")))
                .isInstanceOf(Injection.Inject.class);
    }

    @Test
    void theOlderOfTwoPoliciesWins() {
        // Given
        AccessPolicy younger = policy("a-younger", "ports: [8080]");
        younger.getMetadata().setCreationTimestamp("2026-02-01T00:00:00Z");
        AccessPolicy older = policy("older", "ports: [8080]");
        older.getMetadata().setCreationTimestamp("2026-01-01T00:00:00Z");

        // When
        Injection decision = decide(app(Map.of()), younger, older);

        // Then
        assertThat(decision).isInstanceOfSatisfying(Injection.Inject.class, injected -> {
            assertThat(injected.policy()).isEqualTo("older");
            assertThat(injected.warnings())
                    .containsExactly(
                            "AccessPolicy a-younger selects this pod too; the older, older, wins: select each pod"
                                    + " by one policy");
        });
    }

    @Test
    void aPolicyWithoutItsRoleRefusesUntilItIsThere() {
        // Given
        AccessPolicy policy = Samples.policy("gateway", """
                selector: {matchLabels: {app: shop}}
                ports: [8080]
                roles: {limits: {name: missing}}
                rules: [{name: all, session: None}]
                """);

        // When, Then
        assertThat(decide(app(Map.of()), policy))
                .isInstanceOfSatisfying(
                        Injection.Refuse.class,
                        refused -> assertThat(refused.message())
                                .contains(
                                        "its sidecar could not start: spec.roles.limits: no usable RedisRole \"missing\""));
        assertThat(Injection.of(
                        app(Map.of()),
                        new Neighbourhood(
                                List.of(InjectionCase.targets(List.of(policy))
                                        .get(0)
                                        .withLastGood()),
                                List.of()),
                        InjectionCase.settings(35)))
                .as("but it was accepted before")
                .isInstanceOf(Injection.Inject.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''|[{name: web, containerPort: 8080}]|it has no port to stand before
            ''|[{name: https, containerPort: 8443}]|it has no port to stand before
            'opaquePorts: [8080]'|[{name: http, containerPort: 8080}]|it has no port to stand before
            'interception: NamedPort, ports: [8080]'|[{containerPort: 8080}]|no container names its port 8080
            'interception: NamedPort, ports: [9090]'|[{name: http, containerPort: 8080}]|no container names its port 9090
            """)
    void portsThatCannotBeInterceptedAreNamed(String fields, String ports, String message) {
        // When
        Injection decision = decide(
                pod("{containers: [{name: app, ports: %s}]}".formatted(ports), Map.of()),
                policy("gateway", fields.replace(", ", "\n")));

        // Then
        assertThat(decision)
                .isInstanceOfSatisfying(
                        Injection.Refuse.class,
                        refused -> assertThat(refused.message()).contains(message, "expected"));
    }

    @Test
    void aJobIsRefusedWhereItWouldNeverEnd() {
        // Given
        Pod pod = pod("{containers: [%s]}".formatted(APP), Map.of());
        pod.getMetadata()
                .setOwnerReferences(List.of(new io.fabric8.kubernetes.api.model.OwnerReferenceBuilder()
                        .withKind("Job")
                        .withName("j")
                        .build()));

        // When, Then
        Neighbourhood neighbours =
                new Neighbourhood(InjectionCase.targets(List.of(policy("gateway", "ports: [8080]"))), List.of());
        assertThat(Injection.of(pod, neighbours, InjectionCase.settings(28))).isInstanceOf(Injection.Refuse.class);
        assertThat(Injection.of(pod, neighbours, InjectionCase.settings(29))).isInstanceOf(Injection.Inject.class);
    }

    @Test
    void onlyWhatASidecarCannotChangeAltersTheStaticHash() {
        // Given
        List<String> hashes = new ArrayList<>();
        for (String fields : List.of(
                "ports: [8080]",
                "ports: [8080]\nunmatched: Forward\nonStoreFailure: Local",
                "ports: [8080, 9090]",
                "ports: [8080]\ninterception: NamedPort")) {
            hashes.add(InjectedPod.staticHash(
                    InjectionCase.targets(List.of(policy("gateway", fields))).get(0)));
        }

        // Then
        assertThat(hashes.get(1)).isEqualTo(hashes.get(0));
        assertThat(hashes.get(2)).isNotEqualTo(hashes.get(0));
        assertThat(hashes.get(3)).isNotEqualTo(hashes.get(0));
    }

    private static Injection decide(Pod pod, AccessPolicy... policies) {
        return Injection.of(
                pod,
                new Neighbourhood(InjectionCase.targets(List.of(policies)), List.of()),
                InjectionCase.settings(35));
    }

    /** A later field replaces an earlier one. */
    private static AccessPolicy policy(String name, String fields) {
        return Samples.policy(
                name,
                (fields.contains("selector:") ? "" : "selector: {matchLabels: {app: shop}}\n") + fields + "\n"
                        + "roles: {limits: {name: sample}}\nrules: [{name: all, session: None}]");
    }

    private static Pod app(Map<String, String> annotations) {
        return pod("{containers: [%s]}".formatted(APP), annotations);
    }

    private static Pod pod(String spec, Map<String, String> annotations) {
        Pod pod = Serialization.unmarshal(
                "kind: Pod\napiVersion: v1\nmetadata: {name: shop-1, labels: {app: shop}}\nspec: %s\n".formatted(spec),
                Pod.class);
        pod.getMetadata().setAnnotations(annotations);
        return pod;
    }
}
