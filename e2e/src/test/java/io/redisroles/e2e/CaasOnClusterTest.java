package io.redisroles.e2e;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Five roles and a policy of a chat platform, on real nodes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CaasOnClusterTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final List<String> ROLES = List.of("compliance", "crypto", "gateway", "shared", "socket");

    private Optional<Cluster> running = Optional.empty();

    @BeforeAll
    void install() {
        Cluster.obstacle().ifPresent(obstacle -> System.err.println("CaasOnClusterTest: " + obstacle));
        assumeTrue(Cluster.obstacle().isEmpty(), () -> Cluster.obstacle().orElse(""));
        running = Optional.of(Cluster.start());
        kubectl("create", "namespace", "caas");
        kubectl("apply", "-f", Cluster.path("samples/caas"));
        waitUntilReady();
    }

    @AfterAll
    void end() {
        running.ifPresent(Cluster::close);
    }

    @AfterEach
    void theOperatorSawNothingUnexpected() {
        assertThat(kubectl("-n", "redis-roles", "logs", "deploy/redis-roles-operator", "--tail=-1")
                        .lines()
                        .filter(line -> line.contains(" ERROR ")))
                .isEmpty();
    }

    @Test
    void kubectlShowsWhatPeopleLookFor() {
        // When
        String table = kubectl("-n", "caas", "get", "rr");

        // Then
        assertThat(table.lines().findFirst().orElseThrow())
                .contains("ROLE", "ENDPOINT", "MEMORY", "POLICY", "READY", "AGE");
        assertThat(table).contains("redis-gateway.caas.svc:6379", "allkeys-lru", "redis-crypto.caas.svc:6383");
        assertThat(table.lines().skip(1)).hasSize(5).allMatch(line -> line.contains(" True "));
    }

    @Test
    void eachRedisHasItsRolesPromise() {
        for (String role : ROLES) {
            // When
            List<String> config =
                    asOperator(role, "CONFIG", "GET", "maxmemory", "maxmemory-policy", "appendonly", "appendfsync");

            // Then
            boolean keeps = role.equals("compliance") || role.equals("crypto");
            assertThat(config)
                    .as(role)
                    .contains("yes", keeps ? "always" : "everysec")
                    .contains(keeps ? "noeviction" : role.equals("socket") ? "volatile-lru" : "allkeys-lru")
                    .contains(role.equals("socket") || role.equals("shared") ? "536870912" : "268435456");
        }
    }

    @Test
    void aConsumersPasswordWorksOnlyWithinItsPatterns() {
        // Given
        String password = secret("redis-gateway.auth-service", "password");

        // When, Then
        assertThat(redis("gateway", "auth-service", password, "SET", "session:a", "1"))
                .isEqualTo("OK");
        assertThat(redis("gateway", "auth-service", password, "SET", "other:a", "1"))
                .startsWith("NOPERM");
        assertThat(redis("gateway", "auth-service", password, "CONFIG", "GET", "*"))
                .startsWith("NOPERM");
        assertThat(redis("gateway", "auth-service", "wrong", "PING")).contains("WRONGPASS");
        assertThat(kubectl("-n", "caas", "exec", "redis-gateway-0", "--", "redis-cli", "PING"))
                .startsWith("NOAUTH");
    }

    @Test
    void onlyAConsumersPodsReachTheService() {
        // Given the binding's host and password, as the consumer's pod would have them
        String url = secret("redis-gateway.auth-service", "uri");

        // When, Then
        assertThat(fromPod("friend", "app=auth-service", url)).contains("PONG");
        assertThat(fromPod("stranger", "app=stranger", url)).doesNotContain("PONG");
    }

    @Test
    void dataComesBackWithAnotherPod() {
        // Given
        String password = secret("redis-compliance.audit-service", "password");
        assertThat(redis("compliance", "audit-service", password, "SET", "consent:1", "given"))
                .isEqualTo("OK");
        String before = uid("redis-compliance-0");

        // When
        kubectl("-n", "caas", "delete", "pod", "redis-compliance-0");

        // Then
        await("another pod")
                .atMost(LIMIT)
                .ignoreExceptions()
                .until(() -> !uid("redis-compliance-0").equals(before));
        waitUntilReady();
        assertThat(redis("compliance", "audit-service", password, "GET", "consent:1"))
                .isEqualTo("given");
    }

    @Test
    void anEditRestartsThatRoleOnly() {
        // Given
        String edited = uid("redis-socket-0");
        String other = uid("redis-crypto-0");

        // When
        kubectl(
                "-n",
                "caas",
                "patch",
                "rr",
                "socket",
                "--type=merge",
                "-p",
                "{\"spec\":{\"memory\":{\"maxMemory\":\"384Mi\"}}}");

        // Then
        await("another pod")
                .atMost(LIMIT)
                .ignoreExceptions()
                .until(() -> !uid("redis-socket-0").equals(edited));
        await("the new limit")
                .atMost(LIMIT)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(asOperator("socket", "CONFIG", "GET", "maxmemory"))
                        .contains("402653184"));
        waitUntilReady();
        assertThat(uid("redis-crypto-0")).isEqualTo(other);
        kubectl("-n", "caas", "apply", "-f", Cluster.path("samples/caas"));
    }

    @Test
    void deletedChildrenComeBack() {
        // When
        kubectl("-n", "caas", "delete", "service/redis-shared", "configmap/redis-shared", "networkpolicy/redis-shared");

        // Then
        await("all of them")
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(kubectl(
                                        "-n",
                                        "caas",
                                        "get",
                                        "-o",
                                        "name",
                                        "--ignore-not-found",
                                        "service/redis-shared",
                                        "configmap/redis-shared",
                                        "networkpolicy/redis-shared")
                                .lines())
                        .hasSize(3));
    }

    private void waitUntilReady() {
        kubectl("-n", "caas", "wait", "rr", "--all", "--for=condition=Ready", "--timeout=120s");
    }

    private List<String> asOperator(String role, String... command) {
        String password = secret("redis-" + role + "-credentials", "_operator\\.password");
        return redis(role, "_operator", password, command).lines().toList();
    }

    private String redis(String role, String user, String password, String... command) {
        String[] login = {
            "-n",
            "caas",
            "exec",
            "redis-" + role + "-0",
            "--",
            "redis-cli",
            "--no-auth-warning",
            "--user",
            user,
            "--pass",
            password
        };
        String[] line = Arrays.copyOf(login, login.length + command.length);
        System.arraycopy(command, 0, line, login.length, command.length);
        return kubectl(line);
    }

    private String fromPod(String name, String label, String url) {
        kubectl(
                "-n",
                "caas",
                "run",
                name,
                "--labels=" + label,
                "--image=" + cluster().redisImage(),
                "--restart=Never",
                "--image-pull-policy=IfNotPresent",
                "--command",
                "--",
                "sh",
                "-c",
                "timeout 5 redis-cli --no-auth-warning -u " + url + " PING; true");
        kubectl("-n", "caas", "wait", "pod/" + name, "--for=jsonpath={.status.phase}=Succeeded", "--timeout=60s");
        String output = kubectl("-n", "caas", "logs", name);
        kubectl("-n", "caas", "delete", "pod", name, "--wait=false");
        return output;
    }

    private String uid(String pod) {
        return kubectl("-n", "caas", "get", "pod", pod, "-o", "jsonpath={.metadata.uid}");
    }

    private String secret(String name, String key) {
        String data = kubectl("-n", "caas", "get", "secret", name, "-o", "jsonpath={.data." + key + "}");
        return new String(Base64.getDecoder().decode(data), StandardCharsets.UTF_8);
    }

    private String kubectl(String... arguments) {
        return cluster().kubectl().run(arguments);
    }

    private Cluster cluster() {
        return running.orElseThrow();
    }
}
