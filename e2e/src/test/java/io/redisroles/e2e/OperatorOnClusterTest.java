package io.redisroles.e2e;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What happens to the operator, and that nothing happens to the data meanwhile. */
@OnCluster
class OperatorOnClusterTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final String ROLE = """
            apiVersion: redisroles.io/v1alpha1
            kind: RedisRole
            metadata: {name: %s}
            spec:
              role: %s
              consumers: [{name: app, keys: ["data:*"]}]
            ---
            """;

    private Cluster cluster;
    private TestNamespace namespace;

    @BeforeEach
    void apply(Cluster running) {
        cluster = running;
        namespace = cluster.newNamespace();
        namespace.apply(ROLE.formatted("gateway", "gateway") + ROLE.formatted("crypto", "crypto"));
        namespace.waitUntilReady();
    }

    @AfterEach
    void remove() {
        namespace.close();
    }

    @Test
    void theInstallationPassesItsOwnTest() {
        // When
        Command.Outcome outcome = cluster.operator().test();

        // Then
        assertThat(outcome.succeeded()).as(outcome.output()).isTrue();
        assertThat(outcome.output()).contains("installed: an operator is ready and leads, and RedisRoles are checked");
    }

    @Test
    void aKilledLeaderIsFollowedByAnotherPod() {
        // Given
        String killed = cluster.operator().leader().orElseThrow();
        String before = namespace.incarnations();

        // When
        cluster.operator().kill(killed);

        // Then
        String leader = await("another leader")
                .atMost(LIMIT)
                .until(() -> cluster.operator().leader().orElse(killed), name -> !name.equals(killed));
        await("it leads")
                .atMost(LIMIT)
                .untilAsserted(() ->
                        assertThat(cluster.operator().metrics(leader)).contains("redisroles_operator_leader 1.0"));
        namespace.apply(ROLE.formatted("shared", "shared"));
        namespace.waitUntilReady();
        assertThat(namespace.incarnations()).contains(before.split("\n"));
    }

    @Test
    void upgradingUninstallingAndInstallingAgainRestartsNoData() {
        // Given
        assertThat(namespace.asConsumer("crypto", "app", "SET", "data:1", "kept"))
                .isEqualTo("OK");
        String before = namespace.incarnations();
        String old = cluster.operator().leader().orElseThrow();

        // When
        cluster.operator().install("podAnnotations.release=next");
        awaitReconciledByAnotherThan(old);

        // Then
        assertThat(namespace.incarnations()).as("upgraded").isEqualTo(before);

        // When
        cluster.operator().uninstall();

        // Then
        assertThat(namespace.kubectl("get", "redisroles", "-o", "name").lines()).hasSize(2);
        assertThat(namespace.asConsumer("crypto", "app", "GET", "data:1")).isEqualTo("kept");
        assertThat(namespace.incarnations()).as("uninstalled").isEqualTo(before);

        // When
        String last = cluster.operator().leader().orElse("");
        cluster.operator().install();
        awaitReconciledByAnotherThan(last);

        // Then
        namespace.waitUntilReady();
        assertThat(namespace.incarnations()).as("installed again").isEqualTo(before);
        assertThat(namespace.asConsumer("crypto", "app", "GET", "data:1")).isEqualTo("kept");
    }

    @Test
    void withoutAnOperatorAKilledRedisComesBackAndWhatWasAskedMeanwhileIsDoneLater() {
        // Given
        assertThat(namespace.asConsumer("crypto", "app", "SET", "data:1", "kept"))
                .isEqualTo("OK");
        String killed = namespace.uid("redis-crypto-0");
        cluster.operator().scale(0);
        String after;
        try {
            // When
            namespace.kubectl("delete", "pod", "redis-crypto-0", "--grace-period=0", "--force");
            namespace.kubectl(
                    "patch", "rr", "crypto", "--type=merge", "-p", "{\"spec\":{\"memory\":{\"maxMemory\":\"192Mi\"}}}");

            // Then
            await("the same data in another pod")
                    .atMost(LIMIT)
                    .ignoreExceptions()
                    .untilAsserted(() -> {
                        assertThat(namespace.uid("redis-crypto-0")).isNotEqualTo(killed);
                        assertThat(namespace.asConsumer("crypto", "app", "GET", "data:1"))
                                .isEqualTo("kept");
                    });
            assertThat(namespace.asOperator("crypto", "CONFIG", "GET", "maxmemory"))
                    .as("as long as nobody is there to change it")
                    .contains("268435456");
            after = namespace.incarnations();
        } finally {
            cluster.operator().scale(2);
        }
        await("what was asked")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(namespace.asOperator("crypto", "CONFIG", "GET", "maxmemory"))
                        .contains("201326592"));
        namespace.waitUntilReady();
        assertThat(namespace.incarnations()).isEqualTo(after);
    }

    @Test
    void aNamespaceIsGoneWithinAMinute() {
        // When
        Command.Outcome outcome = namespace.attempt("delete", "namespace", namespace.name(), "--timeout=60s");

        // Then
        assertThat(outcome.succeeded()).as(outcome.output()).isTrue();
    }

    private void awaitReconciledByAnotherThan(String before) {
        await("reconciles of another leader").atMost(LIMIT).ignoreExceptions().untilAsserted(() -> {
            String leader = cluster.operator().leader().orElseThrow();
            assertThat(leader).isNotEqualTo(before);
            assertThat(cluster.operator().metrics(leader).lines())
                    .anyMatch(
                            line -> line.matches(
                                    "operator_sdk_reconciliations_success_total\\{.*kind=\"RedisRole\".*} ([2-9]|\\d\\d+)\\.0"));
        });
    }
}
