package io.redisroles.operator.reconcile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaPropsBuilder;
import io.redisroles.apiserver.ApiServerTest;
import io.redisroles.apiserver.RealApiServer;
import io.redisroles.operator.status.ConditionType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** This operator beside a newer CRD. */
@ApiServerTest
class LenientReadingOnApiServerTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private RealApiServer server;
    private OperatorOnApiServer cluster;

    @BeforeEach
    void start(RealApiServer shared, @TempDir Path directory) {
        server = shared;
        cluster = new OperatorOnApiServer(shared, directory);
        addToCrd("a new field and a new kind of role");
    }

    @AfterEach
    void stop() {
        cluster.close();
        server.applyCrds();
    }

    @Test
    void whatANewerReleaseWroteIsAConditionAndStopsNobody() {
        // When
        await("the newer CRD").atMost(LIMIT).ignoreExceptions().untilAsserted(() -> cluster.apply("""
                apiVersion: redisroles.io/v1alpha1
                kind: RedisRole
                metadata: {name: newer-kind}
                spec: {role: vector}
                """));
        cluster.apply("""
                apiVersion: redisroles.io/v1alpha1
                kind: RedisRole
                metadata: {name: newer-field}
                spec: {role: shared, telepathy: strong}
                """);

        // Then
        await("the unknown value named")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(cluster.condition("newer-kind", ConditionType.ACCEPTED))
                        .hasValueSatisfying(condition -> assertThat(condition.message())
                                .contains("spec.role")
                                .contains("\"vector\"")));
        await("the other role made").atMost(LIMIT).until(() -> cluster.isTrue("newer-field", ConditionType.ACCEPTED));

        // When the operator starts in front of it, and a list has it
        cluster.restart();
        cluster.apply("""
                apiVersion: redisroles.io/v1alpha1
                kind: RedisRole
                metadata: {name: later}
                spec: {role: gateway}
                """);

        // Then
        await("a later role").atMost(LIMIT).until(() -> cluster.isTrue("later", ConditionType.ACCEPTED));
        assertThat(cluster.takeWrites())
                .as("the status of the unreadable role, once")
                .filteredOn(write -> write.contains("redisroles/newer-kind/status"))
                .hasSize(1);
    }

    private void addToCrd(String why) {
        cluster.client()
                .apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName("redisroles.redisroles.io")
                .edit(crd -> {
                    JSONSchemaProps spec = spec(crd);
                    JSONSchemaProps role = property(spec, "role");
                    List<JsonNode> values = new ArrayList<>(role.getEnum());
                    values.add(new TextNode("vector"));
                    role.setEnum(values);
                    spec.getProperties()
                            .putAll(Map.of(
                                    "telepathy",
                                    new JSONSchemaPropsBuilder()
                                            .withType("string")
                                            .withDescription(why)
                                            .build()));
                    return crd;
                });
    }

    private static JSONSchemaProps spec(CustomResourceDefinition crd) {
        return property(crd.getSpec().getVersions().get(0).getSchema().getOpenAPIV3Schema(), "spec");
    }

    private static JSONSchemaProps property(JSONSchemaProps schema, String name) {
        return Objects.requireNonNull(schema.getProperties().get(name), name);
    }
}
