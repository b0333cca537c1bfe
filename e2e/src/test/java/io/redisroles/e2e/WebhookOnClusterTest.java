package io.redisroles.e2e;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What pods are refused, what waits and what starts while the webhook is down, and how the rest is mended. */
@OnCluster
class WebhookOnClusterTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String ROLE = """
            apiVersion: redisroles.io/v1alpha1
            kind: RedisRole
            metadata: {name: gateway}
            spec: {role: gateway}
            ---
            apiVersion: redisroles.io/v1alpha1
            kind: AccessPolicy
            metadata: {name: web}
            spec:
              selector: {matchLabels: {app: web}}
              ports: [8080]
              roles: {limits: {name: gateway}}
              rules:
              - {name: all, match: {paths: ["/**"]}, session: None, limits: [{name: all, by: [ip], requests: 100, per: 1m}]}
            """;
    private static final String WEB = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  terminationGracePeriodSeconds: 5
                  containers:
                  - {name: web, image: "%s", imagePullPolicy: IfNotPresent, command: [httpd, -f, -p, "8080"]}
            """.formatted(Settings.clientImage());

    private Cluster cluster;
    private TestNamespace enabled;
    private TestNamespace unlabelled;

    @BeforeEach
    void apply(Cluster running) {
        cluster = running;
        enabled = cluster.newNamespace();
        enabled.label("redisroles.io/injection=enabled");
        unlabelled = cluster.newNamespace();
        for (TestNamespace namespace : new TestNamespace[] {enabled, unlabelled}) {
            namespace.apply(ROLE);
            namespace.waitUntilReady();
        }
    }

    @AfterEach
    void remove() {
        enabled.close();
        unlabelled.close();
    }

    @Test
    void aPodThatCannotHaveItsSidecarIsToldWhy() {
        // When
        Command.Outcome refused = enabled.attempt(
                "run",
                "web",
                "--labels=app=web",
                "--image=" + Settings.clientImage(),
                "--overrides={\"spec\":{\"hostNetwork\":true}}");
        Command.Outcome other = enabled.attempt("run", "other", "--image=" + Settings.clientImage());

        // Then
        assertThat(refused.succeeded()).isFalse();
        assertThat(refused.output())
                .contains("AccessPolicy web selects this pod, but spec.hostNetwork: true")
                .contains("the node's network cannot be intercepted");
        assertThat(other.succeeded()).as(other.output()).isTrue();
    }

    @Test
    void whoWritesAPolicyIsWarnedOfWhatItDoesNotFind() {
        // Given a policy of the same pods, and none that is selected
        String policy = ROLE.substring(ROLE.indexOf("---") + 4).replace("{name: web}", "{name: second}");

        // When
        String lost = enabled.applied(policy.replace("{name: gateway}", "{name: absent}"));

        // Then
        assertThat(lost)
                .contains("Warning: spec.roles.limits: no usable RedisRole \"absent\" in namespace " + enabled.name())
                .contains("Warning: spec.selector selects no pod now")
                .contains("Warning: AccessPolicy web selects pods that this one selects; the older wins")
                .contains("accesspolicy.redisroles.io/second created");
        assertThat(enabled.attemptToApply(policy.replace("[8080]", "[80800]")).output())
                .contains("spec.ports[0]")
                .contains("less than or equal to 65535");
        await("the status says the same")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(enabled.kubectl("describe", "accesspolicy", "second"))
                        .contains("no usable RedisRole \"absent\""));
    }

    @Test
    void whileTheWebhookIsDownOnlyThoseWaitWhoAskedForItAndTheOthersAreMendedLater() {
        // Given
        cluster.operator().scale(0);
        try {
            // When
            Command.Outcome waits = enabled.attempt("run", "web", "--labels=app=web", "--image=busybox");
            unlabelled.apply(WEB);
            unlabelled.kubectl("rollout", "status", "deployment/web", "--timeout=90s");

            // Then
            assertThat(waits.succeeded()).isFalse();
            assertThat(waits.output()).contains("enabled.inject.redisroles.io");
            assertThat(sidecars()).isEmpty();
        } finally {
            cluster.operator().scale(2);
        }
        await("the pod is made anew, with its sidecar")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(sidecars()).contains("redisroles-sidecar"));
        unlabelled.kubectl("rollout", "status", "deployment/web", "--timeout=120s");
        await("the policy")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(unlabelled.kubectl(
                                "get",
                                "accesspolicy",
                                "web",
                                "-o",
                                "jsonpath={.status.conditions[?(@.type==\"Enforced\")].status}"))
                        .isEqualTo("True"));
    }

    private String sidecars() {
        return unlabelled.kubectl(
                "get", "pods", "-l", "app=web", "-o", "jsonpath={.items[*].spec.initContainers[*].name}");
    }
}
