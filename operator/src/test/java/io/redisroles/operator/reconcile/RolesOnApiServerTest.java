package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.redisroles.api.v1alpha1.Condition;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.api.v1alpha1.RedisRoleStatus;
import io.redisroles.apiserver.ApiServerTest;
import io.redisroles.apiserver.RealApiServer;
import io.redisroles.operator.status.ConditionType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What becomes of single roles on a real API server, in good and bad days. */
@ApiServerTest
class RolesOnApiServerTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private OperatorOnApiServer cluster;

    @BeforeEach
    void start(RealApiServer server, @TempDir Path directory) {
        cluster = new OperatorOnApiServer(server, directory);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void editedAndDeletedChildrenAreRepaired() {
        // Given
        cluster.apply(role("gateway", "gateway", ""));
        awaitWorkload("gateway");

        // When
        client().services().inNamespace(ns()).withName("redis-gateway").edit(service -> {
            service.getSpec().getPorts().get(0).setPort(7000);
            return service;
        });
        client().configMaps().inNamespace(ns()).withName("redis-gateway").edit(config -> {
            config.setData(Map.of("redis.conf", "appendonly no"));
            return config;
        });
        client().secrets().inNamespace(ns()).withName("redis-gateway-acl").edit(secret -> {
            secret.setData(Map.of("users.acl", "dXNlciBkZWZhdWx0IG9u"));
            return secret;
        });
        client().network()
                .v1()
                .networkPolicies()
                .inNamespace(ns())
                .withName("redis-gateway")
                .edit(rules -> {
                    rules.getSpec().setIngress(List.of());
                    return rules;
                });
        client().apps()
                .statefulSets()
                .inNamespace(ns())
                .withName("redis-gateway")
                .scale(0);
        client().services().inNamespace(ns()).withName("redis-gateway-headless").delete();

        // Then
        await("repair").atMost(LIMIT).ignoreExceptions().untilAsserted(() -> {
            assertThat(get(Service.class, "redis-gateway").getSpec().getPorts())
                    .singleElement()
                    .extracting("port")
                    .isEqualTo(6379);
            assertThat(get(ConfigMap.class, "redis-gateway").getData().get("redis.conf"))
                    .contains("appendonly yes");
            assertThat(get(Secret.class, "redis-gateway-acl").getData().get("users.acl"))
                    .isNotEqualTo("dXNlciBkZWZhdWx0IG9u");
            assertThat(get(NetworkPolicy.class, "redis-gateway").getSpec().getIngress())
                    .isNotEmpty();
            assertThat(get(StatefulSet.class, "redis-gateway").getSpec().getReplicas())
                    .isEqualTo(1);
            assertThat(get(Service.class, "redis-gateway-headless").getSpec().getClusterIP())
                    .isEqualTo("None");
        });
    }

    @Test
    void aChildWithoutItsLabelsIsStillOursAndKeepsItsPasswords() {
        // Given
        cluster.apply(role("gateway", "gateway", ""));
        awaitWorkload("gateway");
        Map<String, String> passwords =
                get(Secret.class, "redis-gateway-credentials").getData();

        // When
        client().secrets()
                .inNamespace(ns())
                .withName("redis-gateway-credentials")
                .edit(secret -> {
                    secret.getMetadata().setLabels(Map.of());
                    return secret;
                });

        // Then
        await("its labels").atMost(LIMIT).untilAsserted(() -> {
            Secret secret = get(Secret.class, "redis-gateway-credentials");
            assertThat(secret.getMetadata().getLabels()).isNotEmpty();
            assertThat(secret.getData()).isEqualTo(passwords);
        });
    }

    @Test
    void anotherOwnersObjectsAreLeftAloneUntilTheyGo() {
        // Given a ConfigMap of a name that the role wants
        cluster.apply("""
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: redis-gateway}
                data: {theirs: kept}
                """);
        ConfigMap theirs = get(ConfigMap.class, "redis-gateway");

        // When
        cluster.apply(role("gateway", "gateway", ""));

        // Then
        await("the conflict")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(cluster.condition("gateway", ConditionType.NAME_CONFLICT))
                        .hasValueSatisfying(condition -> assertThat(condition)
                                .extracting(Condition::status, Condition::reason)
                                .containsExactly("True", "NameConflict"))
                        .hasValueSatisfying(
                                condition -> assertThat(condition.message()).contains("ConfigMap/redis-gateway")));
        assertThat(get(ConfigMap.class, "redis-gateway")).isEqualTo(theirs);
        client().resource(theirs).delete();
        await("our own")
                .atMost(LIMIT)
                .ignoreExceptions()
                .untilAsserted(
                        () -> assertThat(get(ConfigMap.class, "redis-gateway").getData())
                                .containsKey("redis.conf"));
    }

    @Test
    void withoutItsCredentialsSecretARoleMakesNothing() {
        // Given
        cluster.apply("""
                apiVersion: v1
                kind: Secret
                metadata: {name: redis-gateway-credentials}
                data: {theirs: a2VwdA==}
                """);

        // When
        cluster.apply(role("gateway", "gateway", ""));

        // Then
        await("the conflict")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(cluster.isTrue("gateway", ConditionType.NAME_CONFLICT))
                        .isTrue());
        assertThat(get(Secret.class, "redis-gateway-credentials").getData()).containsOnlyKeys("theirs");
        assertThat(client().apps().statefulSets().inNamespace(ns()).list().getItems())
                .isEmpty();
        assertThat(client().configMaps()
                        .inNamespace(ns())
                        .withName("redis-gateway")
                        .get())
                .isNull();
    }

    @Test
    void anInvalidRoleIsToldSoAndHealsWhileOthersGoOn() {
        // When
        cluster.apply(role("bad", "gateway", "  config: {port: '1'}\n"));
        cluster.apply(role("good", "shared", ""));

        // Then
        awaitWorkload("good");
        await("the rejection")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(cluster.condition("bad", ConditionType.READY))
                        .hasValueSatisfying(
                                condition -> assertThat(condition.reason()).isEqualTo("InvalidSpec"))
                        .hasValueSatisfying(
                                condition -> assertThat(condition.message()).contains("spec.config.port")));
        await("the Event")
                .atMost(LIMIT)
                .untilAsserted(() ->
                        assertThat(cluster.events()).contains("bad InvalidSpec: Accepted=False: spec.config.port"));
        assertThat(client().secrets()
                        .inNamespace(ns())
                        .withName("redis-bad-credentials")
                        .get())
                .isNull();

        // When it is corrected
        cluster.apply(role("bad", "gateway", ""));

        // Then
        awaitWorkload("bad");
        await("acceptance").atMost(LIMIT).until(() -> cluster.isTrue("bad", ConditionType.ACCEPTED));
    }

    @Test
    void whatTheApiServerCallsInvalidIsAConditionToo() {
        // When
        cluster.apply(role("gateway", "gateway", "  scheduling: {priorityClassName: Not A Class}\n"));

        // Then
        await("the refusal")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(cluster.condition("gateway", ConditionType.ACCEPTED))
                        .hasValueSatisfying(condition -> assertThat(condition.message())
                                .contains("StatefulSet/redis-gateway")
                                .contains("priorityClassName")));
    }

    @Test
    void readyIsSaidOnlyAfterAWriteAndARead() {
        // Given a pod that calls itself ready while its Redis is gone
        cluster.apply(role("gateway", "gateway", ""));
        awaitWorkload("gateway");
        cluster.node().start("gateway");
        cluster.node().crash("gateway");
        cluster.node().report("gateway", true);
        await("the truth")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(cluster.condition("gateway", ConditionType.READY))
                        .hasValueSatisfying(
                                condition -> assertThat(condition.reason()).isEqualTo("Unreachable")));

        // When
        cluster.node().revive("gateway");

        // Then
        await("Ready").atMost(LIMIT).until(() -> cluster.isTrue("gateway", ConditionType.READY));
        assertThat(cluster.role("gateway").orElseThrow().getStatus().redisVersion())
                .startsWith("7.");
    }

    @Test
    void anEditThatNeedsARestartDeletesThePodOfThatRoleOnly() {
        // Given
        cluster.apply(role("one", "gateway", ""));
        cluster.apply(role("two", "gateway", ""));
        awaitWorkload("one");
        awaitWorkload("two");
        cluster.node().serve("one");
        String other = cluster.node().serve("two").getMetadata().getUid();
        for (String role : List.of("one", "two")) {
            await("Ready")
                    .atMost(LIMIT)
                    .untilAsserted(() -> assertThat(cluster.condition(role, ConditionType.READY))
                            .as("%s; %s", role, cluster.events())
                            .map(Condition::status)
                            .hasValue("True"));
        }

        // When
        cluster.apply(role("one", "gateway", "  config: {databases: '4'}\n"));

        // Then
        await("the old pod to go")
                .atMost(LIMIT)
                .until(() -> client().pods()
                                .inNamespace(ns())
                                .withName("redis-one-0")
                                .get()
                        == null);
        await("not Ready").atMost(LIMIT).until(() -> !cluster.isTrue("one", ConditionType.READY));
        cluster.node().stop("one");
        cluster.node().serve("one");
        await("Ready again").atMost(LIMIT).until(() -> cluster.isTrue("one", ConditionType.READY));
        assertThat(client().pods()
                        .inNamespace(ns())
                        .withName("redis-two-0")
                        .get()
                        .getMetadata()
                        .getUid())
                .isEqualTo(other);
    }

    @Test
    void aStatusThatWasNotTakenIsWrittenAgain() {
        // Given somebody who has said of the version what is not so, and an API server that will not hear otherwise
        cluster.apply(role("gateway", "gateway", ""));
        awaitWorkload("gateway");
        cluster.refuseStatus(true);
        RedisRole told = new RedisRole();
        told.setMetadata(
                new ObjectMetaBuilder().withNamespace(ns()).withName("gateway").build());
        told.setStatus(new RedisRoleStatus(null, List.of(), null, List.of(), null, null, "0.0.0"));
        client().resource(told)
                .subresource("status")
                .patch(new PatchContext.Builder()
                        .withPatchType(PatchType.SERVER_SIDE_APPLY)
                        .withFieldManager("somebody")
                        .withForce(true)
                        .build());
        cluster.node().serve("gateway");
        await("refused writes")
                .atMost(LIMIT)
                .until(() -> cluster.takeWrites().stream().anyMatch(RolesOnApiServerTest::isOfTheStatus));
        await("a pause between them")
                .during(Duration.ofSeconds(2))
                .atMost(LIMIT)
                .until(() -> cluster.takeWrites().stream().noneMatch(RolesOnApiServerTest::isOfTheStatus));
        assertThat(cluster.isTrue("gateway", ConditionType.READY)).isFalse();

        // When
        cluster.refuseStatus(false);

        // Then
        await("Ready").atMost(LIMIT).until(() -> cluster.isTrue("gateway", ConditionType.READY));
        assertThat(cluster.role("gateway").orElseThrow().getStatus().redisVersion())
                .startsWith("7.");
    }

    private static boolean isOfTheStatus(String write) {
        return write.endsWith("/redisroles/gateway/status");
    }

    @Test
    void everythingButARetainedVolumeGoesWithItsRole() {
        // When
        cluster.apply(role("kept", "compliance", ""));
        cluster.apply(role("gone", "gateway", ""));
        awaitWorkload("kept");
        awaitWorkload("gone");

        // Then
        for (HasMetadata child : children()) {
            boolean retained = child.getMetadata().getName().equals("data-redis-kept-0");
            assertThat(child.getMetadata().getOwnerReferences())
                    .as(child.getKind() + "/" + child.getMetadata().getName())
                    .hasSize(retained ? 0 : 1)
                    .allMatch(OwnerReference::getController)
                    .allMatch(OwnerReference::getBlockOwnerDeletion);
        }
    }

    @Test
    void aRetainedVolumeIsAdoptedByTheSameNameAndKindOnly() {
        // Given what is left of a compliance role called records
        cluster.apply(role("records", "compliance", ""));
        awaitWorkload("records");
        String volume = get(PersistentVolumeClaim.class, "data-redis-records-0")
                .getMetadata()
                .getUid();
        deleteWithChildren("records");

        // When another kind of role takes the name
        cluster.apply(role("records", "crypto", ""));

        // Then it does not get the volume
        await("the conflict")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(cluster.condition("records", ConditionType.NAME_CONFLICT))
                        .hasValueSatisfying(condition -> assertThat(condition.message())
                                .contains("PersistentVolumeClaim/data-redis-records-0")));

        // When the same kind of role comes back
        deleteWithChildren("records");
        cluster.apply(role("records", "compliance", ""));

        // Then it does
        await("no conflict")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(cluster.condition("records", ConditionType.NAME_CONFLICT))
                        .map(Condition::status)
                        .hasValue("False"));
        assertThat(get(PersistentVolumeClaim.class, "data-redis-records-0")
                        .getMetadata()
                        .getUid())
                .isEqualTo(volume);
    }

    @Test
    void theBindingOfARemovedConsumerGoes() {
        // Given
        cluster.apply(role("gateway", "gateway", "  consumers: [{name: app, keys: ['a:*']}]\n"));
        awaitWorkload("gateway");
        assertThat(get(Secret.class, "redis-gateway.app").getType()).isEqualTo("servicebinding.io/redis");

        // When
        cluster.apply(role("gateway", "gateway", ""));

        // Then
        await("it to go")
                .atMost(LIMIT)
                .until(() -> client().secrets()
                                .inNamespace(ns())
                                .withName("redis-gateway.app")
                                .get()
                        == null);
    }

    private void deleteWithChildren(String role) {
        RedisRole resource = cluster.role(role).orElseThrow();
        client().resource(resource).delete();
        // There is no garbage collector here.
        children().stream()
                .filter(new Ownership(resource.getMetadata().getUid())::controls)
                .forEach(child -> client().resource(child).delete());
    }

    private List<HasMetadata> children() {
        return Informers.ROLE_CHILDREN.stream()
                .<HasMetadata>flatMap(kind -> client()
                        .resources(kind)
                        .inNamespace(ns())
                        .withLabel("app.kubernetes.io/managed-by", "redis-roles")
                        .list()
                        .getItems()
                        .stream())
                .toList();
    }

    private void awaitWorkload(String role) {
        await("workload of " + role)
                .atMost(LIMIT)
                .until(() -> Optional.ofNullable(client().apps()
                                .statefulSets()
                                .inNamespace(ns())
                                .withName("redis-" + role)
                                .get())
                        .isPresent());
    }

    private <R extends HasMetadata> R get(Class<R> kind, String name) {
        return Objects.requireNonNull(
                client().resources(kind).inNamespace(ns()).withName(name).get(), name);
    }

    private KubernetesClient client() {
        return cluster.client();
    }

    private String ns() {
        return cluster.namespace();
    }

    private static String role(String name, String kind, String more) {
        return "apiVersion: redisroles.io/v1alpha1\nkind: RedisRole\nmetadata: {name: " + name + "}\nspec:\n  role: "
                + kind + "\n" + more;
    }
}
