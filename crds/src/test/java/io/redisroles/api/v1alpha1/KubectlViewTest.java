package io.redisroles.api.v1alpha1;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.redisroles.apiserver.ApiServerTest;
import io.redisroles.apiserver.RealApiServer;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/** What {@code kubectl get} makes of the kinds. */
@ApiServerTest
class KubectlViewTest {
    private final KubernetesClient client;
    private final String namespace;

    KubectlViewTest(RealApiServer server) {
        client = server.client();
        namespace = server.newNamespace();
    }

    @BeforeAll
    static void applyCrds(RealApiServer server) {
        server.applyCrds();
    }

    @Test
    void theKindsHaveShortNames() {
        List<APIResource> resources =
                client.getApiResources("redisroles.io/v1alpha1").getResources();

        assertThat(resources)
                .filteredOn(resource -> !resource.getName().contains("/"))
                .extracting(APIResource::getName, APIResource::getShortNames)
                .containsExactlyInAnyOrder(tuple("redisroles", List.of("rr")), tuple("accesspolicies", List.of("ap")));
    }

    @Test
    void aRoleShowsWhereItIsAndWhetherItServes() throws Exception {
        RedisRole role = new RedisRole();
        role.setMetadata(new ObjectMetaBuilder()
                .withName("gateway")
                .withNamespace(namespace)
                .build());
        role.setSpec(new RedisRoleSpec(
                RoleKind.GATEWAY,
                null,
                new RedisRoleSpec.Memory(new Quantity("256Mi"), null, null),
                null,
                null,
                Map.of(),
                List.of(),
                null,
                null,
                null,
                null,
                null));
        RedisRole created = client.resource(role).create();
        created.setStatus(new RedisRoleStatus(
                1L,
                List.of(new Condition("Ready", "True", "CanaryAnswered", "", "2026-01-01T00:00:00Z", 1L)),
                "redis-gateway.caas.svc:6379",
                List.of(),
                null,
                new RedisRoleStatus.Memory("41Mi/256Mi", "allkeys-lru", "2026-01-01T00:00:00Z"),
                "7.4.1"));
        client.resource(created).updateStatus();

        assertThat(row("redisroles"))
                .containsEntry("Name", "gateway")
                .containsEntry("Role", "gateway")
                .containsEntry("Endpoint", "redis-gateway.caas.svc:6379")
                .containsEntry("Memory", "41Mi/256Mi")
                .containsEntry("Policy", "allkeys-lru")
                .containsEntry("Ready", "True")
                .containsKey("Age");
    }

    @Test
    void aPolicyShowsWhetherItIsEnforced() throws Exception {
        String yaml = Fixture.of("accesspolicy").stream()
                .filter(fixture -> fixture.name().equals("valid-full.yaml"))
                .findFirst()
                .orElseThrow()
                .steps()
                .get(0)
                .yaml();
        AccessPolicy policy = client.getKubernetesSerialization().unmarshal(yaml, AccessPolicy.class);
        policy.getMetadata().setNamespace(namespace);
        AccessPolicy created = client.resource(policy).create();
        created.setStatus(new AccessPolicyStatus(
                1L,
                List.of(condition("Accepted"), condition("Programmed"), condition("Enforced")),
                new AccessPolicyStatus.Sidecars(3, 2)));
        client.resource(created).updateStatus();

        assertThat(row("accesspolicies"))
                .containsEntry("Name", "gateway")
                .containsEntry("Accepted", "True")
                .containsEntry("Programmed", "True")
                .containsEntry("Enforced", "True")
                .containsEntry("Sidecars", "3")
                .containsKey("Age");
    }

    private static Condition condition(String type) {
        return new Condition(type, "True", type, "", "2026-01-01T00:00:00Z", 1L);
    }

    /** The only row of the table that the server makes for kubectl, by column. */
    private Map<String, String> row(String plural) throws Exception {
        HttpClient http = client.getHttpClient();
        HttpRequest request = http.newHttpRequestBuilder()
                .uri(URI.create(
                        client.getMasterUrl() + "apis/redisroles.io/v1alpha1/namespaces/" + namespace + "/" + plural))
                .header("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
                .build();
        String body =
                http.sendAsync(request, String.class).get(10, TimeUnit.SECONDS).body();
        JsonNode table = client.getKubernetesSerialization().unmarshal(body, JsonNode.class);
        JsonNode columns = table.get("columnDefinitions");
        JsonNode cells = table.get("rows").get(0).get("cells");
        LinkedHashMap<String, String> row = new LinkedHashMap<>();
        for (int i = 0; i < columns.size(); i++) {
            row.put(columns.get(i).get("name").asText(), cells.get(i).asText());
        }
        return row;
    }
}
