package io.redisroles.e2e;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The chart installed in other ways than the usual one, each undone afterwards. */
@OnCluster
class ChartOnClusterTest {
    private static final String RESOURCES = """
            apiVersion: redisroles.io/v1alpha1
            kind: RedisRole
            metadata: {name: gateway}
            spec:
              role: gateway
              consumers: [{name: app, keys: ["data:*"]}]
            ---
            apiVersion: redisroles.io/v1alpha1
            kind: AccessPolicy
            metadata: {name: web}
            spec:
              selector: {matchLabels: {app: web}}
              ports: [8080]
              roles: {limits: {name: gateway}}
              rules: [{name: all, match: {paths: ["/**"]}, session: None}]
            """;
    private static final String POD = """
            apiVersion: v1
            kind: Pod
            metadata: {name: web, labels: {app: web}}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - {name: web, image: "%s", imagePullPolicy: IfNotPresent, command: [httpd, -f, -p, "8080"]}
            """.formatted(Settings.clientImage());

    private Cluster cluster;
    private TestNamespace watched;
    private TestNamespace other;

    @BeforeEach
    void makeNamespaces(Cluster running) {
        cluster = running;
        watched = cluster.newNamespace();
        other = cluster.newNamespace();
        for (TestNamespace namespace : List.of(watched, other)) {
            namespace.label("redisroles.io/injection=enabled");
        }
    }

    @AfterEach
    void remove() {
        watched.close();
        other.close();
    }

    @Test
    void namespacesThatAreNotNamedAreNotTouched() {
        cluster.operator().install("watchNamespaces={" + watched.name() + "}");
        try {
            // Given
            String before = contents(other);

            // When
            for (TestNamespace namespace : List.of(watched, other)) {
                namespace.apply(RESOURCES);
            }
            watched.waitUntilReady();
            watched.kubectl("wait", "accesspolicy/web", "--for=condition=Accepted", "--timeout=60s");
            for (TestNamespace namespace : List.of(watched, other)) {
                namespace.apply(POD);
                namespace.kubectl("wait", "pod/web", "--for=condition=Ready", "--timeout=90s");
            }

            // Then
            assertThat(containersOf(watched)).isEqualTo("redisroles-redirect redisroles-sidecar");
            assertThat(containersOf(other)).isEmpty();
            assertThat(contents(other)).isEqualTo(before);
            assertThat(other.kubectl("get", "redisroles,accesspolicies", "-o", "jsonpath={.items[*].status}"))
                    .isEmpty();
            assertThat(mayReadSecrets(watched)).isEqualTo("yes");
            assertThat(mayReadSecrets(other)).isEqualTo("no");
        } finally {
            cluster.operator().install();
        }
        other.waitUntilReady();
    }

    @Test
    void theRenderedManifestsInstallItWithoutHelmInTheCluster() {
        cluster.operator().uninstall();
        try {
            // When
            cluster.operator().applyRendered();

            // Then
            watched.apply(RESOURCES);
            watched.waitUntilReady();
            watched.apply(POD);
            watched.kubectl("wait", "pod/web", "--for=condition=Ready", "--timeout=90s");
            assertThat(containersOf(watched)).isEqualTo("redisroles-redirect redisroles-sidecar");
        } finally {
            cluster.operator().deleteRendered();
            cluster.operator().installAndTakeOver();
        }
        assertThat(watched.asConsumer("gateway", "app", "SET", "data:1", "kept"))
                .isEqualTo("OK");
    }

    private static String containersOf(TestNamespace namespace) {
        return namespace.kubectl("get", "pod", "web", "-o", "jsonpath={.spec.initContainers[*].name}");
    }

    /** What somebody has put there, but for what the tests themselves do. */
    private static String contents(TestNamespace namespace) {
        return namespace.kubectl(
                "get",
                "secrets,configmaps,services,statefulsets,networkpolicies,persistentvolumeclaims,poddisruptionbudgets",
                "-o",
                "name");
    }

    private String mayReadSecrets(TestNamespace namespace) {
        return namespace
                .attempt(
                        "auth",
                        "can-i",
                        "list",
                        "secrets",
                        "--as=system:serviceaccount:" + OperatorRelease.NAMESPACE + ":redis-roles-operator")
                .output()
                .lines()
                .reduce("", (first, last) -> last);
    }
}
