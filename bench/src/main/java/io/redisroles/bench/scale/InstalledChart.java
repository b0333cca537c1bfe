package io.redisroles.bench.scale;

import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The chart with its defaults, but for what only nodes run: rights, webhook, and how the operator is started.
 *
 * @param token of the operator's ServiceAccount
 * @param environment as the Deployment sets it; empty values are those that a node fills in
 * @param memoryLimit of the operator's container, bytes
 */
record InstalledChart(String token, Map<String, String> environment, long memoryLimit) {
    static final String NAMESPACE = "redis-roles";
    private static final String OPERATOR = "redis-roles-operator";
    private static final Duration TOKEN_LIFE = Duration.ofHours(24);
    /** What is installed already, and what the API server alone would do nothing with. */
    private static final Set<String> LEFT_OUT = Set.of("CustomResourceDefinition", "Deployment", "NetworkPolicy");

    static InstalledChart install(Path home, KubernetesClient client) {
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(NAMESPACE)
                        .endMetadata()
                        .build())
                .createOr(existing -> null);
        List<HasMetadata> objects = rendered(home);
        objects.stream()
                .filter(object -> !LEFT_OUT.contains(object.getKind()))
                .forEach(object -> client.resource(object).forceConflicts().serverSideApply());
        Container container = objects.stream()
                .filter(Deployment.class::isInstance)
                .map(Deployment.class::cast)
                .map(deployment -> deployment
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers()
                        .get(0))
                .findFirst()
                .orElseThrow();
        Map<String, String> environment = new TreeMap<>();
        container
                .getEnv()
                .forEach(variable ->
                        environment.put(variable.getName(), variable.getValue() == null ? "" : variable.getValue()));
        Quantity limit = container.getResources().getLimits().getOrDefault("memory", new Quantity("0"));
        return new InstalledChart(
                token(client), environment, Quantity.getAmountInBytes(limit).longValueExact());
    }

    private static List<HasMetadata> rendered(Path home) {
        KubernetesSerialization serialization = new KubernetesSerialization();
        String yaml = new Helm(home.resolve("helm/redis-roles"))
                .template()
                .withName("redis-roles")
                .withNamespace(NAMESPACE)
                .withKubeVersion("1.35.0")
                .call();
        return Stream.of(yaml.split("(?m)^---$"))
                .filter(document -> document.contains("kind:") && !document.contains("helm.sh/hook"))
                .map(document -> (HasMetadata) serialization.unmarshal(document))
                .toList();
    }

    private static String token(KubernetesClient client) {
        return client.serviceAccounts()
                .inNamespace(NAMESPACE)
                .withName(OPERATOR)
                .tokenRequest(new TokenRequestBuilder()
                        .withNewSpec()
                        .withExpirationSeconds(TOKEN_LIFE.toSeconds())
                        .endSpec()
                        .build())
                .getStatus()
                .getToken();
    }
}
