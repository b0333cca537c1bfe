package io.redisroles.e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** WebSockets that stay open through the sidecars, and what ends them: their session, a drained node, a dead app. */
@OnCluster
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SocketsOnClusterTest {
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
    void aRevokedSessionClosesItsSocketsOnEveryReplica() {
        // Given a socket to each replica, two to one of them, and one of another session
        String session = caas.login("revoked");
        List<String> sockets = new ArrayList<>(
                addresses().stream().map(SocketsOnClusterTest::socket).toList());
        assertThat(sockets).hasSize(3);
        sockets.add(sockets.get(0) + "?second");
        openSockets("revoked", session, sockets);
        openSockets("spared", caas.login("spared"), List.of(sockets.get(1)));

        // When
        long started = System.nanoTime();
        assertThat(caas.asOperator("gateway", "DEL", "session:" + session)).containsExactly("1");
        caas.kubectl("wait", "job/revoked", "--for=condition=complete", "--timeout=60s");

        // Then
        System.out.printf(
                "four sockets of a revoked session were closed and their client gone after %d ms at most%n",
                (System.nanoTime() - started) / 1_000_000);
        assertThat(logOf("revoked"))
                .containsAll(sockets.stream()
                        .map(socket -> "closed " + socket + " 1008")
                        .toList());
        assertThat(logOf("spared")).containsExactly("open " + sockets.get(1));
        caas.kubectl("delete", "job", "revoked", "spared");
    }

    @Test
    void aDrainedPodSaysGoodbyeToItsSocketsAndTheServiceGoesOn() {
        // Given a socket to the pod that is drained, and a load on all of them that sends each request once
        String pod = caas.kubectl("get", "pods", "-l", "app=gateway", "-o", "jsonpath={.items[0].metadata.name}");
        String node = caas.kubectl("get", "pod", pod, "-o", "jsonpath={.spec.nodeName}");
        String socket = socket(caas.kubectl("get", "pod", pod, "-o", "jsonpath={.status.podIP}"));
        openSockets("drained", caas.login("drained"), List.of(socket));
        caas.apply(LoadJob.of("http://gateway/healthz", 100, 40));
        caas.kubectl("wait", "job/load", "--for=jsonpath={.status.ready}=1", "--timeout=60s");

        // When
        caas.kubectl("label", "pod", pod, "drained=yes");
        try {
            caas.kubectl("drain", node, "--pod-selector=drained=yes", "--delete-emptydir-data", "--timeout=60s");
        } finally {
            caas.kubectl("uncordon", node);
        }

        // Then
        caas.kubectl("wait", "job/drained", "--for=condition=complete", "--timeout=60s");
        assertThat(logOf("drained")).containsExactly("open " + socket, "closed " + socket + " 1001");
        caas.kubectl("wait", "job/load", "--for=jsonpath={.status.conditions[*].type}", "--timeout=120s");
        String counts = caas.kubectl("logs", "job/load");
        System.out.println("through a drain: " + counts);
        assertThat(counts).contains("load: {200=").doesNotContain(", ");
        caas.kubectl("rollout", "status", "deployment/gateway", "--timeout=90s");
        caas.kubectl("delete", "job", "load", "drained");
    }

    @Test
    void anAppThatIsKilledIsABadGatewayUntilItIsBack() {
        // Given an app that takes a while to come back
        caas.apply("""
                apiVersion: redisroles.io/v1alpha1
                kind: AccessPolicy
                metadata: {name: web}
                spec:
                  selector: {matchLabels: {app: web}}
                  ports: [8080]
                  roles: {limits: {name: gateway}}
                  rules:
                  - {name: all, match: {paths: ["/**"]}, session: None}
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: web, labels: {app: web}}
                spec:
                  terminationGracePeriodSeconds: 5
                  volumes: [{name: state, emptyDir: {}}]
                  containers:
                  - name: web
                    image: "%s"
                    imagePullPolicy: IfNotPresent
                    command: [sh, -c, "[ ! -e /state/started ] || sleep 8; touch /state/started; httpd -f -p 8080 & wait"]
                    volumeMounts: [{name: state, mountPath: /state}]
                    readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}
                """.formatted(Settings.clientImage()));
        caas.kubectl("wait", "pod/web", "--for=condition=Ready", "--timeout=90s");
        String address = caas.kubectl("get", "pod", "web", "-o", "jsonpath={.status.podIP}");
        assertThat(caas.status(address, 8080, "/")).as("the app's own answer").isEqualTo(404);

        // When
        // Its shell may end with the container before it can say how: what counts is what is seen next.
        var unused = caas.attempt("exec", "web", "--", "sh", "-c", "kill -9 $(pidof httpd)");

        // Then
        await("the sidecar's own answer").atMost(LIMIT).until(() -> caas.status(address, 8080, "/") == 502);
        assertThat(caas.get(address, 8080, "/")).contains("upstream_unavailable");
        await("the kubelet sees it through the sidecar")
                .atMost(LIMIT)
                .until(() -> ready("web").equals("False"));
        await("the app again").atMost(LIMIT).until(() -> caas.status(address, 8080, "/") == 404);
        await("and for the kubelet").atMost(LIMIT).until(() -> ready("web").equals("True"));
        assertThat(caas.kubectl("get", "pod", "web", "-o", "jsonpath={.status.initContainerStatuses[*].restartCount}"))
                .as("the sidecar was not restarted")
                .isEqualTo("0 0");
        caas.kubectl("delete", "pod/web", "accesspolicy/web");
    }

    private String ready(String pod) {
        return caas.kubectl("get", "pod", pod, "-o", "jsonpath={.status.conditions[?(@.type==\"Ready\")].status}");
    }

    /** Returns when all are open; the job of that name ends when all are closed. */
    private void openSockets(String job, String session, List<String> sockets) {
        caas.apply("""
                apiVersion: v1
                kind: Secret
                metadata: {name: session-%1$s}
                stringData: {id: %2$s}
                ---
                apiVersion: batch/v1
                kind: Job
                metadata: {name: %1$s}
                spec:
                  backoffLimit: 0
                  template:
                    spec:
                      restartPolicy: Never
                      terminationGracePeriodSeconds: 1
                      volumes: [{name: session, secret: {secretName: session-%1$s}}]
                      containers:
                      - name: sockets
                        image: lab.local/redis-roles-sample-app:dev
                        imagePullPolicy: IfNotPresent
                        command: [/opt/java/bin/java, -XX:+UseSerialGC, -Xmx32m, -cp, /app/sample-app.jar,
                          io.redisroles.sample.Sockets, /session/id, %3$s]
                        volumeMounts: [{name: session, mountPath: /session, readOnly: true}]
                """.formatted(
                        job,
                        session,
                        sockets.stream().map(socket -> "\"" + socket + "\"").collect(Collectors.joining(", "))));
        await("open sockets")
                .atMost(LIMIT)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(logOf(job))
                        .containsExactlyInAnyOrderElementsOf(
                                sockets.stream().map(socket -> "open " + socket).toList()));
    }

    private List<String> logOf(String job) {
        return caas.kubectl("logs", "job/" + job).lines().toList();
    }

    private static String socket(String address) {
        return "ws://" + address + ":8080/ws";
    }

    private List<String> addresses() {
        return List.of(caas.kubectl("get", "pods", "-l", "app=gateway", "-o", "jsonpath={.items[*].status.podIP}")
                .split(" "));
    }
}
