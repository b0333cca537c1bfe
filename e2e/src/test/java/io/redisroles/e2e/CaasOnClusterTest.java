package io.redisroles.e2e;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Five roles and a policy of a chat platform, on real nodes. */
@OnCluster
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CaasOnClusterTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final List<String> ROLES = List.of("compliance", "crypto", "gateway", "shared", "socket");

    private TestNamespace caas;

    @BeforeAll
    void apply(Cluster cluster) {
        caas = cluster.newNamespace();
        caas.applySample("caas");
        caas.waitUntilReady();
    }

    @AfterAll
    void remove() {
        caas.close();
    }

    @Test
    void kubectlShowsWhatPeopleLookFor() {
        // When
        String table = caas.kubectl("get", "rr");

        // Then
        assertThat(table.lines().findFirst().orElseThrow())
                .contains("ROLE", "ENDPOINT", "MEMORY", "POLICY", "READY", "AGE");
        assertThat(table)
                .contains(
                        "redis-gateway." + caas.name() + ".svc:6379",
                        "allkeys-lru",
                        "redis-crypto." + caas.name() + ".svc:6383");
        assertThat(table.lines().skip(1)).hasSize(5).allMatch(line -> line.contains(" True "));
    }

    @Test
    void eachRedisHasItsRolesPromise() {
        for (String role : ROLES) {
            // When
            List<String> config = caas.asOperator(
                    role, "CONFIG", "GET", "maxmemory", "maxmemory-policy", "appendonly", "appendfsync");

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
        String password = caas.secret("redis-gateway.auth-service", "password");

        // When, Then
        assertThat(caas.redis("gateway", "auth-service", password, "SET", "session:a", "1"))
                .isEqualTo("OK");
        assertThat(caas.redis("gateway", "auth-service", password, "SET", "other:a", "1"))
                .startsWith("NOPERM");
        assertThat(caas.redis("gateway", "auth-service", password, "CONFIG", "GET", "*"))
                .startsWith("NOPERM");
        assertThat(caas.redis("gateway", "auth-service", "wrong", "PING")).contains("WRONGPASS");
        assertThat(caas.kubectl("exec", "redis-gateway-0", "--", "redis-cli", "PING"))
                .startsWith("NOAUTH");
    }

    @Test
    void onlyAConsumersPodsReachTheService() {
        // Given the binding's host and password, as the consumer's pod would have them
        String url = caas.secret("redis-gateway.auth-service", "uri");

        // When, Then
        assertThat(caas.ping("friend", "app=auth-service", url)).contains("PONG");
        assertThat(caas.ping("stranger", "app=stranger", url)).doesNotContain("PONG");
    }

    @Test
    void dataComesBackWithAnotherPod() {
        // Given
        String password = caas.secret("redis-compliance.audit-service", "password");
        assertThat(caas.redis("compliance", "audit-service", password, "SET", "consent:1", "given"))
                .isEqualTo("OK");
        String before = caas.uid("redis-compliance-0");

        // When
        caas.kubectl("delete", "pod", "redis-compliance-0");

        // Then
        await("another pod")
                .atMost(LIMIT)
                .ignoreExceptions()
                .until(() -> !caas.uid("redis-compliance-0").equals(before));
        caas.waitUntilReady();
        assertThat(caas.redis("compliance", "audit-service", password, "GET", "consent:1"))
                .isEqualTo("given");
    }

    @Test
    void moreMemoryRestartsNothing() {
        // Given
        String before = caas.redisIncarnations();

        // When
        caas.kubectl(
                "patch", "rr", "shared", "--type=merge", "-p", "{\"spec\":{\"memory\":{\"maxMemory\":\"384Mi\"}}}");

        // Then
        await("the new limit")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(caas.asOperator("shared", "CONFIG", "GET", "maxmemory"))
                        .contains("402653184"));
        caas.waitUntilReady();
        assertThat(caas.redisIncarnations()).isEqualTo(before);

        // Undone for the other tests; they run in any order
        caas.kubectl("patch", "rr", "shared", "--type=merge", "-p", "{\"spec\":{\"memory\":null}}");
        await("the old limit")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(caas.asOperator("shared", "CONFIG", "GET", "maxmemory"))
                        .contains("536870912"));
    }

    @Test
    void whatRedisCannotChangeRestartsThatRoleOnly() {
        // Given
        String edited = caas.uid("redis-socket-0");
        String other = caas.uid("redis-crypto-0");

        // When
        caas.kubectl("patch", "rr", "socket", "--type=merge", "-p", "{\"spec\":{\"config\":{\"databases\":\"4\"}}}");

        // Then
        await("another pod")
                .atMost(LIMIT)
                .ignoreExceptions()
                .until(() -> !caas.uid("redis-socket-0").equals(edited));
        await("the new number")
                .atMost(LIMIT)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(caas.asOperator("socket", "CONFIG", "GET", "databases"))
                        .contains("4"));
        caas.waitUntilReady();
        assertThat(caas.uid("redis-crypto-0")).isEqualTo(other);
    }

    @Test
    void aStatefulSetThatIsDeletedWithoutItsPodComesBackAroundIt() {
        // Given
        String before = caas.redisIncarnations();
        String deleted = statefulSet("{.metadata.uid}");

        // When
        caas.kubectl("delete", "statefulset", "redis-gateway", "--cascade=orphan");

        // Then
        await("another one that has the pod")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(statefulSet("{.metadata.uid} {.status.readyReplicas}"))
                        .endsWith(" 1")
                        .doesNotStartWith(deleted));
        assertThat(caas.kubectl("get", "pod", "redis-gateway-0", "-o", "jsonpath={.metadata.ownerReferences[*].uid}"))
                .isEqualTo(statefulSet("{.metadata.uid}"));
        caas.waitUntilReady();
        assertThat(caas.redisIncarnations()).isEqualTo(before);
    }

    private String statefulSet(String jsonPath) {
        return caas.kubectl("get", "statefulset", "redis-gateway", "--ignore-not-found", "-o", "jsonpath=" + jsonPath);
    }

    @Test
    void deletedChildrenComeBack() {
        // When
        caas.kubectl("delete", "service/redis-shared", "configmap/redis-shared", "networkpolicy/redis-shared");

        // Then
        await("all of them")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(caas.kubectl(
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
}
