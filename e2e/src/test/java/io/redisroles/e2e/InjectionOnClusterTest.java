package io.redisroles.e2e;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** An app that knows nothing of sidecars, three replicas of it, behind a policy whose sidecars netfilter leads to. */
@OnCluster
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InjectionOnClusterTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);

    private TestNamespace caas;

    @BeforeAll
    void apply(Cluster cluster) {
        caas = cluster.newNamespace();
        caas.label("redisroles.io/injection=enabled");
        caas.applyChatsThatEndSlowly();
        caas.waitUntilReady();
        caas.kubectl("rollout", "status", "deployment/gateway", "--timeout=180s");
        caas.startClient();
    }

    @AfterAll
    void remove() {
        caas.close();
    }

    @Test
    void everyPodHasASidecarAndTheStatusSaysSo() {
        assertThat(caas.kubectl(
                                "get",
                                "pods",
                                "-l",
                                "app=gateway",
                                "-o",
                                "jsonpath={range .items[*]}{.spec.initContainers[*].name}{\"\\n\"}{end}")
                        .lines())
                .hasSize(3)
                .containsOnly("redisroles-redirect redisroles-sidecar");
        await("the status")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(
                                policy(
                                        "{.status.sidecars.total}/{.status.sidecars.current}/{.status.conditions[?(@.type==\"Enforced\")].status}"))
                        .isEqualTo("3/3/True"));
    }

    @Test
    void withoutASessionNobodyReachesTheApp() {
        assertThat(caas.status("gateway", 80, "/api/hello")).isEqualTo(401);
        assertThat(caas.status("gateway", 80, "/healthz")).isEqualTo(200);
        assertThat(caas.status("gateway", 80, "/nowhere")).isEqualTo(403);
        for (String address : addresses()) {
            assertThat(caas.status(address, 8080, "/api/hello"))
                    .as("the pod's own address and the app's port")
                    .isEqualTo(401);
            assertThat(caas.status(address, 15001, "/healthz"))
                    .as("the sidecar's own port")
                    .isEqualTo(0);
        }
    }

    @Test
    void theHundredAndFirstRequestIsOneTooManyOverAllReplicas() {
        // Given
        String session = caas.login("limited");

        // When
        String counts = caas.inShell("for i in $(seq 101); do wget -q -O /dev/null --header 'X-Session-Id: " + session
                + "' http://gateway/api/hello && echo admitted || echo refused; done 2>/dev/null | sort | uniq -c");

        // Then
        assertThat(counts.lines().map(String::strip)).containsExactly("100 admitted", "1 refused");
        assertThat(caas.get("gateway", 80, "/api/hello", "X-Session-Id: " + session))
                .startsWith("HTTP/1.1 429")
                .containsIgnoringCase("Retry-After: ")
                .containsIgnoringCase("RateLimit-Policy: \"api\";q=100;w=60");
    }

    @Test
    void aRevokedSessionIsOutOnEveryReplica() {
        // Given
        String session = caas.login("revoked");
        for (String address : addresses()) {
            assertThat(caas.status(address, 8080, "/api/hello", "X-Session-Id: " + session))
                    .isEqualTo(200);
        }

        // When
        assertThat(caas.asOperator("gateway", "DEL", "session:" + session)).containsExactly("1");

        // Then
        for (String address : addresses()) {
            await("a 401 of " + address)
                    .atMost(LIMIT)
                    .until(() -> caas.status(address, 8080, "/api/hello", "X-Session-Id: " + session) == 401);
        }
    }

    @Test
    void anEditOfThePolicyReachesEverySidecarWithoutARestart() {
        // Given
        String before = caas.incarnations();
        assertThat(caas.status("gateway", 80, "/elsewhere")).isEqualTo(403);

        // When
        long started = System.nanoTime();
        patch("{\"spec\":{\"unmatched\":\"Forward\"}}");

        // Then
        for (String address : addresses()) {
            await("the app's own answer").atMost(LIMIT).until(() -> caas.status(address, 8080, "/elsewhere") == 404);
        }
        System.out.printf(
                "an edit of the policy was in force in all sidecars after %d ms%n",
                (System.nanoTime() - started) / 1_000_000);
        assertThat(caas.incarnations()).isEqualTo(before);
        patch("{\"spec\":{\"unmatched\":\"Deny\"}}");
        await().atMost(LIMIT).until(() -> caas.status("gateway", 80, "/elsewhere") == 403);
    }

    @Test
    void aRollingRestartFailsNoRequest() {
        // Given a load that sends each request once
        int rate = Integer.parseInt(Settings.get("E2E_RATE").orElse("100"));
        caas.apply(LoadJob.of("http://gateway/healthz", rate, 60));
        caas.kubectl("wait", "job/load", "--for=jsonpath={.status.ready}=1", "--timeout=60s");
        String before = caas.incarnations();

        // When
        caas.kubectl("rollout", "restart", "deployment/gateway");
        caas.kubectl("rollout", "status", "deployment/gateway", "--timeout=180s");

        // Then
        assertThat(caas.incarnations()).isNotEqualTo(before);
        caas.kubectl("wait", "job/load", "--for=jsonpath={.status.conditions[*].type}", "--timeout=120s");
        String counts = caas.kubectl("logs", "job/load");
        System.out.println("through a rolling restart: " + counts);
        assertThat(counts).contains("load: {200=").doesNotContain(", ");
        caas.kubectl("delete", "job", "load");
    }

    @Test
    void aJobEndsWithItsSidecar() {
        // When
        caas.apply("""
                apiVersion: batch/v1
                kind: Job
                metadata: {name: once}
                spec:
                  backoffLimit: 0
                  template:
                    metadata: {labels: {app: gateway, job: once}}
                    spec:
                      restartPolicy: Never
                      containers:
                      - {name: once, image: "%s", imagePullPolicy: IfNotPresent, command: [sh, -c, "echo done"]}
                """.formatted(Settings.clientImage()));

        // Then
        caas.kubectl("wait", "job/once", "--for=condition=complete", "--timeout=120s");
        assertThat(caas.kubectl(
                        "get", "pod", "-l", "job=once", "-o", "jsonpath={.items[0].spec.initContainers[*].name}"))
                .contains("redisroles-sidecar");
        assertThat(caas.kubectl("logs", "job/once", "-c", "once")).isEqualTo("done");
        caas.kubectl("delete", "job", "once");
    }

    @Test
    void kubectlLogsAndExecGoToTheApp() {
        assertThat(caas.kubectl("logs", "deployment/gateway")).contains("Defaulted container \"app\"");
        assertThat(caas.kubectl("exec", "deployment/gateway", "--", "/opt/java/bin/java", "--version"))
                .contains("OpenJDK");
    }

    private void patch(String merge) {
        caas.kubectl("patch", "accesspolicy", "gateway", "--type=merge", "-p", merge);
    }

    private String policy(String path) {
        return caas.kubectl("get", "accesspolicy", "gateway", "-o", "jsonpath=" + path);
    }

    private List<String> addresses() {
        return List.of(caas.kubectl(
                        "get",
                        "pods",
                        "-l",
                        "app=gateway,!job",
                        "--field-selector=status.phase=Running",
                        "-o",
                        "jsonpath={.items[*].status.podIP}")
                .split(" "));
    }
}
