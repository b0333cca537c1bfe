package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.AccessPolicyStatus;
import io.redisroles.apiserver.ApiServerTest;
import io.redisroles.apiserver.RealApiServer;
import io.redisroles.operator.injection.Annotations;
import io.redisroles.operator.injection.Injection;
import io.redisroles.operator.injection.InjectionSettings;
import io.redisroles.operator.injection.Neighbourhood;
import io.redisroles.operator.plan.NamespacePlans;
import io.redisroles.operator.plan.RolePlanner;
import io.redisroles.operator.status.ConditionType;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What the operator does for pods after they were admitted. */
@ApiServerTest
class PodsOfPoliciesOnApiServerTest {
    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final String POLICY = """
            apiVersion: redisroles.io/v1alpha1
            kind: AccessPolicy
            metadata: {name: gateway}
            spec:
              selector: {matchLabels: {app: shop}}
              ports: [8080]
              interception: %s
              unmatched: %s
              roles: {limits: {name: gateway}}
              rules: [{name: all, session: None}]
            """;

    private OperatorOnApiServer cluster;

    @BeforeEach
    void start(RealApiServer server, @TempDir Path directory) {
        cluster = new OperatorOnApiServer(server, directory);
        cluster.apply("""
                apiVersion: redisroles.io/v1alpha1
                kind: RedisRole
                metadata: {name: gateway}
                spec: {role: gateway}
                """);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void aPodThatSlippedPastTheWebhookIsEvictedIfAControllerMakesItAgain() {
        // Given pods that no webhook saw
        create(bare("owned", true));
        create(bare("alone", false));

        // When
        cluster.apply(POLICY.formatted("Redirect", "Deny"));

        // Then
        await("the owned pod to be evicted")
                .atMost(LIMIT)
                .until(() -> pod("owned").isEmpty());
        assertThat(pod("alone")).isPresent();
        assertThat(cluster.events())
                .contains("Evicted: pod owned starts anew to get the sidecar of AccessPolicy gateway");
        await("the other to be named")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(cluster.policyCondition("gateway", ConditionType.ENFORCED))
                        .hasValueSatisfying(condition -> {
                            assertThat(condition.reason()).isEqualTo("Replacing");
                            assertThat(condition.message())
                                    .contains("pod alone")
                                    .doesNotContain("owned");
                        }));
    }

    @Test
    void aPodThatWouldGetNoSidecarIsLeftRunningAndNamed() {
        // Given
        create(new PodBuilder(bare("host", true))
                .editSpec()
                .withHostNetwork(true)
                .endSpec()
                .build());

        // When
        cluster.apply(POLICY.formatted("Redirect", "Deny"));

        // Then
        await("it to be named")
                .atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(cluster.policyCondition("gateway", ConditionType.ENFORCED))
                                .hasValueSatisfying(
                                        condition -> assertThat(condition.message())
                                                .contains(
                                                        "pod host: AccessPolicy gateway selects this pod, but spec.hostNetwork: true")));
        assertThat(pod("host")).isPresent();
    }

    @Test
    void podsWithTheSidecarAreCountedAndToldOfEachChange() {
        // Given
        cluster.apply(POLICY.formatted("Redirect", "Deny"));
        create(injected("one"));
        await("it to be told")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(told("one")).isPresent());
        String before = told("one").orElseThrow();
        await("it to be counted")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(sidecars()).hasValue(new AccessPolicyStatus.Sidecars(1, 1)));

        // When
        cluster.apply(POLICY.formatted("Redirect", "Forward"));

        // Then
        await("it to be told again")
                .atMost(LIMIT)
                .until(() -> told("one").filter(now -> !now.equals(before)).isPresent());
        await("it to be current")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(cluster.policyCondition("gateway", ConditionType.ENFORCED))
                        .hasValueSatisfying(
                                condition -> assertThat(condition.reason()).isEqualTo("Injected")));
    }

    @Test
    void theBypassIsClosedByNameAndLeftToOthersWhereTheyDecide() {
        // Given
        cluster.apply(POLICY.formatted("NamedPort", "Deny"));
        create(injected("one"));
        await("a NetworkPolicy").atMost(LIMIT).until(() -> networkPolicy().isPresent());
        assertThat(networkPolicy().orElseThrow().getSpec().getIngress().get(0).getPorts())
                .extracting(port -> port.getProtocol() + " " + port.getPort().getIntVal() + "-" + port.getEndPort())
                .containsExactly("TCP 1-8079", "TCP 8081-65535", "UDP 1-65535", "SCTP 1-65535");

        // When
        cluster.apply("""
                apiVersion: networking.k8s.io/v1
                kind: NetworkPolicy
                metadata: {name: theirs}
                spec: {podSelector: {}, policyTypes: [Ingress]}
                """);
        cluster.apply(POLICY.formatted("NamedPort", "Forward"));

        // Then
        await("ours to be gone").atMost(LIMIT).until(() -> networkPolicy().isEmpty());
        await("theirs to be named")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(cluster.policyCondition("gateway", ConditionType.ENFORCED))
                        .hasValueSatisfying(condition -> assertThat(condition.message())
                                .contains("NetworkPolicy theirs decides who reaches the app beside its sidecar")));
    }

    @Test
    void theYoungerOfTwoPoliciesSaysThatTheOlderHasItsPods() {
        // Given
        cluster.apply(POLICY.formatted("Redirect", "Deny"));
        create(injected("one"));
        AccessPolicy older = policy();

        // When
        await("a later second: creation times have no parts of one")
                .atMost(LIMIT)
                .until(() -> Instant.now()
                        .isAfter(Instant.parse(older.getMetadata().getCreationTimestamp())
                                .plusSeconds(1)));
        cluster.apply(POLICY.formatted("Redirect", "Deny").replace("{name: gateway}\nspec", "{name: a-younger}\nspec"));

        // Then
        await("the conflict to be told")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(cluster.policyCondition("a-younger", ConditionType.CONFLICTED))
                        .hasValueSatisfying(condition -> {
                            assertThat(condition.status() + " " + condition.reason())
                                    .isEqualTo("True OlderPolicyWins");
                            assertThat(condition.message()).contains("one (AccessPolicy gateway)");
                        }));
        await("and that the older has none")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(cluster.policyCondition("gateway", ConditionType.CONFLICTED))
                        .hasValueSatisfying(
                                condition -> assertThat(condition.status()).isEqualTo("False")));
    }

    private Optional<NetworkPolicy> networkPolicy() {
        return Optional.ofNullable(cluster.client()
                .network()
                .v1()
                .networkPolicies()
                .inNamespace(cluster.namespace())
                .withName("policy-gateway")
                .get());
    }

    private Optional<AccessPolicyStatus.Sidecars> sidecars() {
        return Optional.ofNullable(policy().getStatus()).map(AccessPolicyStatus::sidecars);
    }

    private AccessPolicy policy() {
        return cluster.client()
                .resources(AccessPolicy.class)
                .inNamespace(cluster.namespace())
                .withName("gateway")
                .get();
    }

    private Optional<String> told(String name) {
        return pod(name).flatMap(pod -> Annotations.get(pod, Annotations.CONFIG_HASH));
    }

    private Optional<Pod> pod(String name) {
        return Optional.ofNullable(cluster.client()
                .pods()
                .inNamespace(cluster.namespace())
                .withName(name)
                .get());
    }

    private void create(Pod pod) {
        cluster.client().pods().inNamespace(cluster.namespace()).resource(pod).create();
    }

    /** As the webhook would have made it. */
    private Pod injected(String name) {
        NamespacePlans plans = new NamespacePlans(
                new RolePlanner(OperatorOnApiServer.SETTINGS),
                List.of(cluster.role("gateway").orElseThrow()),
                List.of(policy()));
        InjectionSettings settings = OperatorOnApiServer.INJECTION.orElseThrow();
        return ((Injection.Inject)
                        Injection.of(bare(name, true), new Neighbourhood(plans.targets(), List.of()), settings))
                .pod();
    }

    private static Pod bare(String name, boolean owned) {
        Pod pod = new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withLabels(Map.of("app", "shop"))
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("app")
                .withImage("shop:1")
                .addNewPort()
                .withName("http")
                .withContainerPort(8080)
                .endPort()
                .endContainer()
                .endSpec()
                .build();
        if (owned) {
            pod.getMetadata()
                    .setOwnerReferences(List.of(new OwnerReferenceBuilder()
                            .withApiVersion("apps/v1")
                            .withKind("ReplicaSet")
                            .withName("shop")
                            .withUid("33333333-0000-4000-8000-000000000000")
                            .withController(true)
                            .build()));
        }
        return pod;
    }
}
