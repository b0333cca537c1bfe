package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.apiserver.ApiServerTest;
import io.redisroles.apiserver.RealApiServer;
import io.redisroles.operator.reading.LenientReading;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** The chart's files/deletion-guard.yaml on a real API server. */
@ApiServerTest
class DeletionGuardOnApiServerTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private RealApiServer server;
    private KubernetesClient client;
    private String namespace = "";
    private List<HasMetadata> guard = List.of();

    @BeforeEach
    void guard(RealApiServer server) throws IOException {
        this.server = server;
        server.applyCrds();
        client = client("");
        namespace = server.newNamespace();
        Path file = Path.of(System.getProperty("repository.root"), "helm/redis-roles/files/deletion-guard.yaml");
        try (InputStream manifest = Files.newInputStream(file)) {
            List<HasMetadata> objects = client.load(manifest).items();
            objects.forEach(object -> client.resource(object).forceConflicts().serverSideApply());
            guard = objects;
        }
        create("probe", "compliance");
        await("the guard").atMost(LIMIT).until(() -> isRefused("probe"));
    }

    /** Other tests have the same server. */
    @AfterEach
    void unguard() {
        guard.forEach(object -> client.resource(object).delete());
        await("no guard").atMost(LIMIT).until(() -> !isRefused("probe"));
        client.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"compliance", "crypto"})
    void aRoleThatKeepsRecordsIsNotDeletedByMistake(String kind) {
        // Given
        create("records", kind);

        // Then
        assertThatThrownBy(() -> delete(client, "records"))
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("kubectl annotate redisrole records redisroles.io/allow-delete=true");

        // When
        annotate("records", "false");
        assertThatThrownBy(() -> delete(client, "records")).isInstanceOf(KubernetesClientException.class);
        annotate("records", "true");

        // Then
        delete(client, "records");
        await("it to go").atMost(LIMIT).until(() -> !exists("records"));
    }

    @Test
    void otherRolesAreDeletedAsEver() {
        // Given
        create("gateway", "gateway");

        // When
        delete(client, "gateway");

        // Then
        await("it to go").atMost(LIMIT).until(() -> !exists("gateway"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"namespace-controller", "generic-garbage-collector"})
    void theControllersThatCleanUpAreNotHeldUp(String controller) {
        // Given
        create("records", "crypto");

        // When
        try (KubernetesClient cleaner = client("system:serviceaccount:kube-system:" + controller)) {
            delete(cleaner, "records");
        }

        // Then
        await("it to go").atMost(LIMIT).until(() -> !exists("records"));
    }

    private KubernetesClient client(String user) {
        ConfigBuilder config = new ConfigBuilder(server.config());
        if (!user.isEmpty()) {
            config.withImpersonateUsername(user).withImpersonateGroups("system:masters");
        }
        return new KubernetesClientBuilder()
                .withConfig(config.build())
                .withKubernetesSerialization(LenientReading.serialization())
                .build();
    }

    private void create(String name, String kind) {
        String yaml = "apiVersion: redisroles.io/v1alpha1\nkind: RedisRole\nmetadata: {name: " + name
                + "}\nspec: {role: " + kind + "}\n";
        RedisRole role = client.getKubernetesSerialization().unmarshal(yaml, RedisRole.class);
        role.getMetadata().setNamespace(namespace);
        client.resource(role).create();
    }

    private void delete(KubernetesClient who, String name) {
        who.resources(RedisRole.class).inNamespace(namespace).withName(name).delete();
    }

    private boolean isRefused(String name) {
        try {
            client.resources(RedisRole.class)
                    .inNamespace(namespace)
                    .withName(name)
                    .dryRun(true)
                    .delete();
            return false;
        } catch (KubernetesClientException e) {
            return true;
        }
    }

    private void annotate(String name, String value) {
        client.resources(RedisRole.class).inNamespace(namespace).withName(name).edit(role -> {
            role.getMetadata().setAnnotations(Map.of("redisroles.io/allow-delete", value));
            return role;
        });
    }

    private boolean exists(String name) {
        return client.resources(RedisRole.class)
                        .inNamespace(namespace)
                        .withName(name)
                        .get()
                != null;
    }
}
