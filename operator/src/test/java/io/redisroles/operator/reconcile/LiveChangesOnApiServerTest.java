package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.redisroles.api.v1alpha1.Condition;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.apiserver.ApiServerTest;
import io.redisroles.apiserver.RealApiServer;
import io.redisroles.operator.status.ConditionType;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What changes while Redis runs: users, configuration, memory and passwords, with a real redis-server and no restart. */
@ApiServerTest
class LiveChangesOnApiServerTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String POLICY = """
            apiVersion: redisroles.io/v1alpha1
            kind: AccessPolicy
            metadata: {name: web}
            spec:
              selector: {matchLabels: {app: web}}
              ports: [8080]
              roles: {limits: {name: gateway}, sessions: {name: gateway}}
              session: {sources: [{apiKey: X-API-Key}]}
              rules:
              - {name: api, session: Required, limits: [{name: api, by: [user], requests: 100, per: 1m}]}
            """;
    private static final String APP = "  consumers: [{name: app, keys: ['a:*']}]\n";

    private final RedisClient redis = RedisClient.create();

    @SuppressWarnings("NullAway.Init") // Set before any test.
    private OperatorOnApiServer cluster;

    private String podUid = "";

    @BeforeEach
    void start(RealApiServer server, @TempDir Path directory) {
        cluster = new OperatorOnApiServer(server, directory);
    }

    @AfterEach
    void stop() {
        redis.shutdown();
        cluster.close();
    }

    @ParameterizedTest
    @CsvSource({
        "'  memory: {maxMemory: 300Mi, containerLimit: 448Mi}', maxmemory, 314572800",
        "'  memory: {evictionPolicy: allkeys-lfu}', maxmemory-policy, allkeys-lfu",
        "'  persistence: {fsync: Always}', appendfsync, always",
        "'  config: {hz: \"20\"}', hz, 20"
    })
    void configurationChangesLive(String change, String directive, String expected) {
        // Given
        serve("gateway", "gateway", APP);

        // When
        cluster.apply(role("gateway", "gateway", APP + change + "\n"));

        // Then
        await(directive).atMost(LIMIT).until(() -> config("gateway", directive).equals(expected));
        await("the proof").atMost(LIMIT).until(() -> isApplied("gateway"));
        assertThat(cluster.client()
                        .configMaps()
                        .inNamespace(cluster.namespace())
                        .withName("redis-gateway")
                        .get()
                        .getData()
                        .get("redis.conf"))
                .contains(directive + " " + expected);
        assertNoRestart("gateway");
    }

    @Test
    void sidecarsAreToldAnotherKeyOfIdentifiersBesideTheFormerOne() {
        // Given
        serve("gateway", "gateway", APP);
        cluster.apply(POLICY);
        RedisClientOf client = new RedisClientOf(cluster, "gateway");
        await("the policy").atMost(LIMIT).until(() -> users("gateway").contains("_policy.web"));
        String former = client.password("policy-web", "identifier.key");
        String password = client.password("policy-web", "limits.password");

        // When
        annotate("gateway", "redisroles.io/rotate-identifiers", "one");

        // Then
        await("both")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(client.password("policy-web", "identifier.key"))
                        .matches("[A-Za-z0-9_-]{43}\n" + former)
                        .doesNotStartWith(former));
        assertThat(client.password("redis-gateway-credentials", "identifier.former-until"))
                .isGreaterThan(Instant.now().plus(Duration.ofMinutes(10)).toString());
        assertThat(client.password("policy-web", "limits.password")).isEqualTo(password);
        assertNoRestart("gateway");
    }

    @Test
    void consumersAndPoliciesComeAndGoWithoutARestart() {
        // Given
        serve("gateway", "gateway", APP);

        // When
        cluster.apply(
                role("gateway", "gateway", "  consumers: [{name: app, keys: ['b:*']}, {name: late, keys: ['l:*']}]\n"));
        cluster.apply(POLICY);

        // Then
        await("users").atMost(LIMIT).until(() -> users("gateway").containsAll(Set.of("app", "late", "_policy.web")));
        await("the policy")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(cluster.policyCondition("web", ConditionType.PROGRAMMED))
                        .map(Condition::status)
                        .hasValue("True"));

        // When
        cluster.apply(role("gateway", "gateway", APP));

        // Then
        await("the user to go").atMost(LIMIT).until(() -> !users("gateway").contains("late"));
        assertNoRestart("gateway");
    }

    @ParameterizedTest
    @ValueSource(strings = {"CONFIG SET maxmemory 0", "ACL SETUSER default on nopass", "ACL DELUSER app"})
    void driftInsideRedisIsRepairedAndTold(String drift) {
        // Given
        serve("gateway", "gateway", APP);
        String users = aclList("gateway");

        // When
        List<String> words = List.of(drift.split(" ", -1));
        as("gateway", commands -> switch (words.get(1)) {
            case "SET" -> commands.configSet("maxmemory", "0");
            case "DELUSER" -> String.valueOf(commands.aclDeluser("app"));
            default ->
                commands.aclSetuser("default", AclSetuserArgs.Builder.on().nopass());
        });

        // Then
        await("repair")
                .atMost(LIMIT)
                .until(() -> aclList("gateway").equals(users)
                        && config("gateway", "maxmemory").equals("268435456"));
        await("the Event").atMost(LIMIT).until(() -> cluster.events().contains("gateway DriftRepaired"));
        assertNoRestart("gateway");
    }

    @Test
    void passwordsRotateAHundredTimesUnderLoadWithoutAFailedCall() {
        // Given a client that reads its binding for every connection
        serve("gateway", "gateway", APP);
        RedisClientOf client = new RedisClientOf(cluster, "gateway");
        AtomicBoolean going = new AtomicBoolean(true);
        AtomicLong calls = new AtomicLong();
        List<String> failures = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> load = CompletableFuture.runAsync(() -> {
            while (going.get()) {
                try (StatefulRedisConnection<String, String> connection = client.consumer(redis, "app")) {
                    for (int i = 0; i < 20; i++) {
                        connection.sync().incr("a:count");
                        calls.incrementAndGet();
                    }
                } catch (RedisException e) {
                    failures.add(String.valueOf(e));
                }
            }
        });
        StatefulRedisConnection<String, String> lasting = client.consumer(redis, "app");

        // When
        String first = client.password("redis-gateway.app", "password");
        for (int round = 0; round < 100; round++) {
            String old = client.password("redis-gateway.app", "password");
            annotate("gateway", "redisroles.io/rotate", "round-" + round);
            await("rotation " + round)
                    .pollInterval(Duration.ofMillis(20))
                    .atMost(LIMIT)
                    .until(() ->
                            !client.password("redis-gateway.app", "password").equals(old));
            // The next rotation ends this one's overlap: the client has used the new password by then.
            long before = calls.get();
            await("use").pollInterval(Duration.ofMillis(20)).atMost(LIMIT).until(() -> calls.get() > before + 40);
        }
        going.set(false);
        load.join();

        // Then
        assertThat(failures).isEmpty();
        assertThat(calls).hasPositiveValue();
        assertThat(lasting.sync().get("a:count")).as("a connection of before").isEqualTo(calls.toString());
        assertThat(client.password("redis-gateway.app", "password")).isNotEqualTo(first);
        assertThat(cluster.isTrue("gateway", ConditionType.READY)).isTrue();
        assertNoRestart("gateway");
    }

    @Test
    void anEmergencyRotationEndsOldPasswordsAndLogins() {
        // Given
        serve("gateway", "gateway", APP);
        RedisClientOf client = new RedisClientOf(cluster, "gateway");
        String leaked = client.password("redis-gateway.app", "password");
        StatefulRedisConnection<String, String> thief = client.login(redis, "app", leaked);

        // When
        annotate("gateway", "redisroles.io/rotate-now", "leak-1");

        // Then
        await("the old password to be refused").atMost(LIMIT).until(() -> isRefused(client, leaked));
        await("the old login to end").atMost(LIMIT).until(() -> !isLoggedIn("gateway", "app"));
        try (StatefulRedisConnection<String, String> owner = client.consumer(redis, "app")) {
            assertThat(owner.sync().set("a:1", "x")).isEqualTo("OK");
        }
        await("the proof").atMost(LIMIT).until(() -> isApplied("gateway"));
        thief.close();
        assertNoRestart("gateway");
    }

    @Test
    void aDeletedBindingIsMadeAgainAndItsConsumerGetsAnotherPassword() {
        // Given
        serve("gateway", "gateway", APP);
        RedisClientOf client = new RedisClientOf(cluster, "gateway");
        String before = client.password("redis-gateway.app", "password");

        // When
        cluster.client()
                .secrets()
                .inNamespace(cluster.namespace())
                .withName("redis-gateway.app")
                .delete();

        // Then
        await("a new password")
                .atMost(LIMIT)
                .ignoreExceptions()
                .until(() -> !client.password("redis-gateway.app", "password").equals(before));
        for (String password : List.of(before, client.password("redis-gateway.app", "password"))) {
            try (StatefulRedisConnection<String, String> connection = client.login(redis, "app", password)) {
                assertThat(connection.sync().set("a:1", "x")).isEqualTo("OK");
            }
        }
        assertNoRestart("gateway");
    }

    @Test
    void aPasswordWrittenByHandIsTakenAndTheOneBeforeItStillAccepted() {
        // Given
        serve("gateway", "gateway", APP);
        RedisClientOf client = new RedisClientOf(cluster, "gateway");
        String before = client.password("redis-gateway.app", "password");

        // When
        cluster.client()
                .secrets()
                .inNamespace(cluster.namespace())
                .withName("redis-gateway-credentials")
                .edit(secret -> new SecretBuilder(secret)
                        .addToStringData("app.password", "chosen-by-hand")
                        .build());

        // Then
        await("it to be told")
                .atMost(LIMIT)
                .until(() -> !client.password("redis-gateway.app", "password").equals(before));
        await("the proof").atMost(LIMIT).ignoreExceptions().untilAsserted(() -> {
            for (String password : List.of(before, "chosen-by-hand")) {
                try (StatefulRedisConnection<String, String> connection = client.login(redis, "app", password)) {
                    assertThat(connection.sync().set("a:1", "x")).isEqualTo("OK");
                }
            }
        });
        assertThat(client.password("redis-gateway.app", "password")).isEqualTo("chosen-by-hand");
        assertNoRestart("gateway");
    }

    @Test
    void deletedCredentialsAreRotatedAndNobodyIsLockedOut() {
        // Given
        serve("gateway", "gateway", APP);
        RedisClientOf client = new RedisClientOf(cluster, "gateway");
        String before = client.password("redis-gateway.app", "password");

        // When
        cluster.client()
                .secrets()
                .inNamespace(cluster.namespace())
                .withName("redis-gateway-credentials")
                .delete();

        // Then
        await("new passwords")
                .atMost(LIMIT)
                .ignoreExceptions()
                .until(() -> !client.password("redis-gateway.app", "password").equals(before));
        await("the proof").atMost(LIMIT).until(() -> isApplied("gateway"));
        try (StatefulRedisConnection<String, String> connection = client.login(redis, "app", before)) {
            assertThat(connection.sync().ping()).isEqualTo("PONG");
        }
        assertNoRestart("gateway");
    }

    @Test
    void aRedisThatLetsTheOperatorInNoMoreIsReplaced() {
        // Given
        serve("gateway", "gateway", APP);

        // When
        as(
                "gateway",
                commands -> commands.aclSetuser(
                        "_operator", AclSetuserArgs.Builder.resetpass().addPassword("intruder")));

        // Then
        await("the pod to go").atMost(LIMIT).until(() -> pod("gateway") == null);
        cluster.node().stop("gateway");
        cluster.node().serve("gateway");
        await("Ready").atMost(LIMIT).until(() -> cluster.isTrue("gateway", ConditionType.READY));
    }

    @Test
    void memoryGrowsInPlaceLimitFirst() {
        // Given
        serve("gateway", "gateway", APP);

        // When
        cluster.apply(role("gateway", "gateway", APP + "  memory: {maxMemory: 512Mi}\n"));

        // Then
        await("maxmemory")
                .atMost(LIMIT)
                .until(() -> config("gateway", "maxmemory").equals("536870912"));
        assertThat(pod("gateway")
                        .getSpec()
                        .getContainers()
                        .get(0)
                        .getResources()
                        .getLimits())
                .extractingByKey("memory")
                .hasToString("896Mi");
        assertNoRestart("gateway");
    }

    @Test
    void aRoleThatNeverEvictsDoesNotShrinkBelowItsRecords() {
        // Given
        serve("records", "compliance", APP + "  memory: {maxMemory: 64Mi, containerLimit: 256Mi}\n");
        as("records", commands -> {
            for (int i = 0; i < 24; i++) {
                commands.set("a:" + i, "x".repeat(1 << 20));
            }
            return "";
        });

        // When
        cluster.apply(role("records", "compliance", APP + "  memory: {maxMemory: 16Mi, containerLimit: 256Mi}\n"));

        // Then
        await("the refusal")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(cluster.condition("records", ConditionType.CONFIG_APPLIED))
                        .map(Condition::reason)
                        .hasValue("MemoryInUse"));
        assertThat(config("records", "maxmemory")).isEqualTo("67108864");

        // When
        as("records", RedisCommands::flushall);

        // Then
        await("shrinking")
                .atMost(LIMIT)
                .until(() -> config("records", "maxmemory").equals("16777216"));
        await("the proof").atMost(LIMIT).until(() -> isApplied("records"));
        assertNoRestart("records");
    }

    @Test
    void whilePausedNothingIsChanged() {
        // Given
        serve("gateway", "gateway", APP);
        String users = aclList("gateway");

        // When
        cluster.apply(role("gateway", "gateway", APP + "  paused: true\n"));
        await("the pause")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(cluster.condition("gateway", ConditionType.PROGRESSING))
                        .map(Condition::reason)
                        .hasValue("Paused"));
        cluster.takeWrites();
        cluster.apply(role(
                "gateway", "gateway", "  paused: true\n  memory: {maxMemory: 128Mi}\n  config: {databases: '3'}\n"));
        as("gateway", commands -> commands.configSet("maxmemory", "12345678"));

        // Then
        await("it to be seen")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(cluster.condition("gateway", ConditionType.CONFIG_APPLIED))
                        .map(Condition::message)
                        .hasValue("maxmemory is 12345678 (expected: 134217728)"));
        assertThat(cluster.takeWrites()).allMatch(write -> write.contains("/status") || write.contains("/events"));
        assertThat(aclList("gateway")).isEqualTo(users);
        assertThat(cluster.isTrue("gateway", ConditionType.READY)).isTrue();
        assertNoRestart("gateway");

        // When it goes on
        cluster.apply(role("gateway", "gateway", APP));

        // Then
        await("maxmemory")
                .atMost(LIMIT)
                .until(() -> config("gateway", "maxmemory").equals("268435456"));
        assertNoRestart("gateway");
    }

    @Test
    void deletedChildrenComeBackWithoutARestart() {
        // Given
        serve("gateway", "gateway", APP);
        Set<String> names = children().keySet();

        // When everything but the volume, the workload and the credentials is deleted
        for (HasMetadata child : childList()) {
            boolean kept = child.getKind().equals("PersistentVolumeClaim")
                    || child.getKind().equals("StatefulSet")
                    || child.getMetadata().getName().endsWith("-credentials");
            if (!kept) {
                cluster.client().resource(child).delete();
            }
        }

        // Then
        await("children")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(children().keySet()).isEqualTo(names));
        assertThat(names).contains("PodDisruptionBudget/redis-gateway");
        await("the proof").atMost(LIMIT).until(() -> isApplied("gateway"));
        assertNoRestart("gateway");
    }

    @Test
    void aBadSpecThatIsTakenBackHeals() {
        // Given
        serve("gateway", "gateway", APP);

        // When
        cluster.apply(role("gateway", "gateway", APP + "  config: {port: '1'}\n"));
        await("the refusal").atMost(LIMIT).until(() -> !cluster.isTrue("gateway", ConditionType.ACCEPTED));
        cluster.apply(role("gateway", "gateway", APP));

        // Then
        await("Ready").atMost(LIMIT).until(() -> cluster.isTrue("gateway", ConditionType.READY));
        assertNoRestart("gateway");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 6, 8, 10})
    void anOperatorThatEndsAtAnyStepIsFollowedByOneThatFinishes(int step) {
        // Given an operator that ends after some writes of a role's first reconcile
        cluster.endAfterWrites(step);
        cluster.apply(role("gateway", "gateway", APP));
        await("the end").atMost(LIMIT).until(cluster::hasEnded);

        // When another takes over
        cluster.restart();
        awaitWorkload("gateway");
        podUid = cluster.node().serve("gateway").getMetadata().getUid();

        // Then
        await("Ready").atMost(LIMIT).until(() -> cluster.isTrue("gateway", ConditionType.READY));
        await("the proof").atMost(LIMIT).until(() -> isApplied("gateway"));
        assertThat(children().keySet())
                .containsExactlyInAnyOrder(
                        "ConfigMap/redis-gateway",
                        "NetworkPolicy/redis-gateway",
                        "PersistentVolumeClaim/data-redis-gateway-0",
                        "PodDisruptionBudget/redis-gateway",
                        "Secret/redis-gateway-acl",
                        "Secret/redis-gateway-credentials",
                        "Secret/redis-gateway.app",
                        "Service/redis-gateway",
                        "Service/redis-gateway-headless",
                        "StatefulSet/redis-gateway");
        RedisClientOf client = new RedisClientOf(cluster, "gateway");
        try (StatefulRedisConnection<String, String> connection = client.consumer(redis, "app")) {
            assertThat(connection.sync().set("a:1", "x")).isEqualTo("OK");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void aRotationThatItsOperatorDoesNotFinishIsFinishedByTheNext(int step) {
        // Given
        serve("gateway", "gateway", APP);
        RedisClientOf client = new RedisClientOf(cluster, "gateway");
        String before = client.password("redis-gateway.app", "password");

        // When
        cluster.endAfterWrites(step);
        annotate("gateway", "redisroles.io/rotate", "one");
        await("the end").atMost(LIMIT).until(cluster::hasEnded);
        cluster.restart();

        // Then
        await("another password")
                .atMost(LIMIT)
                .until(() -> !client.password("redis-gateway.app", "password").equals(before));
        await("the proof").atMost(LIMIT).until(() -> isApplied("gateway"));
        for (String password : List.of(before, client.password("redis-gateway.app", "password"))) {
            try (StatefulRedisConnection<String, String> connection = client.login(redis, "app", password)) {
                assertThat(connection.sync().set("a:1", "x")).isEqualTo("OK");
            }
        }
        assertNoRestart("gateway");
    }

    @Test
    void acknowledgedRecordsOutliveAKillUnderLoad() {
        // Given
        serve("records", "compliance", APP);
        RedisClientOf client = new RedisClientOf(cluster, "records");
        AtomicLong acknowledged = new AtomicLong();
        CompletableFuture<Void> load = CompletableFuture.runAsync(() -> {
            try (StatefulRedisConnection<String, String> connection = client.consumer(redis, "app")) {
                connection.setTimeout(Duration.ofSeconds(2));
                for (long i = 1; i < 1_000_000; i++) {
                    connection.sync().set("a:" + i, "x");
                    acknowledged.set(i);
                }
            } catch (RedisException e) {
                // It was killed.
            }
        });
        await("load").atMost(LIMIT).until(() -> acknowledged.get() > 500);

        // When
        cluster.node().crash("records");
        load.join();
        cluster.node().revive("records");

        // Then
        await("Ready")
                .atMost(LIMIT)
                .until(() -> cluster.isTrue("records", ConditionType.READY) && isApplied("records"));
        try (StatefulRedisConnection<String, String> connection = client.consumer(redis, "app")) {
            for (long i = 1; i <= acknowledged.get(); i++) {
                assertThat(connection.sync().exists("a:" + i)).as("record " + i).isEqualTo(1);
            }
        }
        assertNoRestart("records");
    }

    private void serve(String name, String kind, String more) {
        cluster.apply(role(name, kind, more));
        awaitWorkload(name);
        podUid = cluster.node().serve(name).getMetadata().getUid();
        await("Ready")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(cluster.isTrue(name, ConditionType.READY) && isApplied(name))
                        .as(() -> cluster.describe(List.of(name)))
                        .isTrue());
    }

    private void awaitWorkload(String name) {
        await("workload")
                .atMost(LIMIT)
                .until(() -> cluster.client()
                                .apps()
                                .statefulSets()
                                .inNamespace(cluster.namespace())
                                .withName("redis-" + name)
                                .get()
                        != null);
    }

    private boolean isApplied(String name) {
        RedisRole role = cluster.role(name).orElseThrow();
        return cluster.isTrue(name, ConditionType.ACL_APPLIED)
                && cluster.isTrue(name, ConditionType.CONFIG_APPLIED)
                && role.getMetadata().getGeneration().equals(role.getStatus().observedGeneration());
    }

    private void assertNoRestart(String name) {
        assertThat(pod(name).getMetadata().getUid()).isEqualTo(podUid);
        assertThat(pod(name).getMetadata().getDeletionTimestamp()).isNull();
    }

    private Pod pod(String name) {
        return cluster.client()
                .pods()
                .inNamespace(cluster.namespace())
                .withName("redis-" + name + "-0")
                .get();
    }

    private interface Use<T> {
        T with(RedisCommands<String, String> commands);
    }

    private <T> T as(String name, Use<T> use) {
        try (StatefulRedisConnection<String, String> connection = new RedisClientOf(cluster, name).operator(redis)) {
            return use.with(connection.sync());
        }
    }

    private String config(String name, String directive) {
        return as(name, commands -> commands.configGet(directive).getOrDefault(directive, ""));
    }

    private Set<String> users(String name) {
        return as(name, commands -> Set.copyOf(commands.aclUsers()));
    }

    private String aclList(String name) {
        return as(name, commands -> commands.aclList().stream().sorted().collect(Collectors.joining("\n")));
    }

    private boolean isLoggedIn(String name, String user) {
        return as(name, commands -> commands.clientList().contains("user=" + user + " "));
    }

    private boolean isRefused(RedisClientOf client, String password) {
        try (StatefulRedisConnection<String, String> connection = client.login(redis, "app", password)) {
            return !connection.isOpen();
        } catch (RedisException e) {
            return true;
        }
    }

    private void annotate(String name, String annotation, String value) {
        cluster.client()
                .resources(RedisRole.class)
                .inNamespace(cluster.namespace())
                .withName(name)
                .edit(role -> {
                    Map<String, String> annotations = new TreeMap<>(Map.of());
                    if (role.getMetadata().getAnnotations() != null) {
                        annotations.putAll(role.getMetadata().getAnnotations());
                    }
                    annotations.put(annotation, value);
                    role.getMetadata().setAnnotations(annotations);
                    return role;
                });
    }

    private List<HasMetadata> childList() {
        return Informers.ROLE_CHILDREN.stream()
                .<HasMetadata>flatMap(kind -> cluster
                        .client()
                        .resources(kind)
                        .inNamespace(cluster.namespace())
                        .withLabel("app.kubernetes.io/managed-by", "redis-roles")
                        .list()
                        .getItems()
                        .stream())
                .toList();
    }

    private Map<String, HasMetadata> children() {
        Map<String, HasMetadata> children = new TreeMap<>();
        childList()
                .forEach(child ->
                        children.put(child.getKind() + "/" + child.getMetadata().getName(), child));
        return children;
    }

    private static String role(String name, String kind, String more) {
        return "apiVersion: redisroles.io/v1alpha1\nkind: RedisRole\nmetadata: {name: " + name + "}\nspec:\n  role: "
                + kind + "\n" + more;
    }
}
