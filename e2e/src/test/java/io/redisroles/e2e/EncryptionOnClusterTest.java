package io.redisroles.e2e;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** An encrypted role that asks for certificates, an app with its binding, and the sidecar before that app, which reaches the role too. */
@OnCluster
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EncryptionOnClusterTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** Of redis-cli, with all that the binding has. */
    private static final String BOUND =
            "--tls --cacert /binding/ca.crt --cert /binding/certificates --key /binding/private-key";

    private TestNamespace encrypted;

    @BeforeAll
    void apply(Cluster cluster) {
        encrypted = cluster.newNamespace();
        encrypted.label("redisroles.io/injection=enabled");
        encrypted.applySample("encrypted");
        String app =
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: app, labels: {app: vault-app}}
                spec:
                  terminationGracePeriodSeconds: 1
                  volumes:
                  - {name: binding, secret: {secretName: redis-vault.app}}
                  - {name: pages, emptyDir: {}}
                  containers:
                  - name: web
                    image: "%s"
                    imagePullPolicy: IfNotPresent
                    command: [sh, -c, "mkdir /pages/api && echo hello > /pages/api/hello && exec httpd -f -p 8080 -h /pages"]
                    volumeMounts: [{name: pages, mountPath: /pages}]
                  - name: redis-cli
                    image: "%s"
                    imagePullPolicy: IfNotPresent
                    command: [sh, -c, "trap exit TERM; while :; do sleep 1; done"]
                    volumeMounts: [{name: binding, mountPath: /binding, readOnly: true}]
                """.formatted(Settings.clientImage(), Settings.redisImage().orElse("docker.io/library/redis:7.2.7"));
        // No controller makes it again if the webhook, which has just started, is slow to answer.
        await("the app").atMost(LIMIT).until(() -> encrypted.attemptToApply(app).succeeded());
        encrypted.startClient();
        encrypted.kubectl("wait", "rr", "vault", "--for=condition=CertificateServed", "--timeout=120s");
        encrypted.waitUntilReady();
        encrypted.kubectl("wait", "pod/app", "--for=condition=Ready", "--timeout=120s");
    }

    @AfterAll
    void remove() {
        encrypted.close();
    }

    @Test
    void anAppComesInByItsBindingAndNobodyInClearOrWithoutACertificate() {
        assertThat(redis(BOUND, "SET vault:a written")).isEqualTo("OK");
        assertThat(redis("--tls --cert /binding/certificates --key /binding/private-key", "GET vault:a"))
                .as("an authority that the system believes does not vouch for it")
                .contains("certificate verify failed");
        for (String less : List.of("", "--tls --cacert /binding/ca.crt")) {
            assertThat(redis(less, "GET vault:a")).as(less).contains("rror").doesNotContain("written");
        }
    }

    @Test
    void theSidecarChecksSessionsAndCountsInTheEncryptedRole() {
        // Given
        String address = encrypted.kubectl("get", "pod", "app", "-o", "jsonpath={.status.podIP}");
        assertThat(encrypted.status(address, 8080, "/api/hello")).isEqualTo(401);

        // When
        assertThat(redis(BOUND, "HSET session:a-session-of-ada user_id ada")).isEqualTo("1");
        String counts = encrypted.inShell("for i in $(seq 101); do wget -q -O- --header 'Cookie: sid=a-session-of-ada'"
                + " http://" + address + ":8080/api/hello || echo refused; done 2>/dev/null | sort | uniq -c");

        // Then
        assertThat(counts.lines().map(String::strip)).containsExactly("100 hello", "1 refused");
        assertThat(encrypted.get(address, 8080, "/api/hello", "Cookie: sid=a-session-of-ada"))
                .startsWith("HTTP/1.1 429");
    }

    @Test
    void otherCertificatesAreServedAndShownAndNothingRestarts() {
        // Given
        String pods = encrypted.incarnations();
        String served = encrypted.secret("redis-vault-tls", "tls\\.crt");
        String shown = encrypted.secret("redis-vault.app", "certificates");
        assertThat(served()).isEqualToNormalizingWhitespace(served);

        // When
        encrypted.kubectl("delete", "secret", "redis-vault-tls");

        // Then
        await("another certificate")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(served())
                        .isNotEqualToNormalizingWhitespace(served)
                        .isEqualToNormalizingWhitespace(encrypted.secret("redis-vault-tls", "tls\\.crt")));
        await("the condition")
                .atMost(LIMIT)
                .until(() -> encrypted.condition("vault", "CertificateServed").equals("True/Served"));
        await("another one to show")
                .atMost(LIMIT)
                .until(() ->
                        !encrypted.secret("redis-vault.app", "certificates").equals(shown));
        assertThat(redis(BOUND, "PING")).isEqualTo("PONG");
        assertThat(encrypted.incarnations()).as("nothing was restarted").isEqualTo(pods);
    }

    private String served() {
        try (PortForward redis = encrypted.forward("redis-vault-0", 6379)) {
            return ServedCertificate.pem(redis.port());
        }
    }

    /** What the app's pod is answered, with the name and password of its binding. */
    private String redis(String options, String command) {
        return encrypted.kubectl(
                "exec",
                "app",
                "-c",
                "redis-cli",
                "--",
                "sh",
                "-c",
                "export REDISCLI_AUTH=$(cat /binding/password); timeout 10 redis-cli " + options
                        + " -h $(cat /binding/host) -p $(cat /binding/port) --user $(cat /binding/username) "
                        + command + " 2>&1; true");
    }
}
