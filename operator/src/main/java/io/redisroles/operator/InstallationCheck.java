package io.redisroles.operator;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.operator.leader.Leadership;
import io.redisroles.operator.reading.LenientReading;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Optional;

/**
 * What {@code helm test} runs: an operator is ready, one leads, and the API server accepts a good RedisRole and refuses one that
 * breaks its role's promise. Makes nothing. Ends with code 1 and one line that names the fault.
 */
public final class InstallationCheck {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final String ROLE = """
            apiVersion: redisroles.io/v1alpha1
            kind: RedisRole
            metadata: {name: installation-check}
            spec: {role: %s, memory: {evictionPolicy: %s}}
            """;

    private InstallationCheck() {}

    /** Takes the operator's address ({@code http://host:port}) and its namespace. */
    public static void main(String[] arguments) throws InterruptedException {
        if (arguments.length != 2) {
            System.err.println("installation check: " + arguments.length
                    + " arguments (expected: the operator's address, its namespace)");
            System.exit(2);
        }
        try (KubernetesClient client = new KubernetesClientBuilder()
                .withKubernetesSerialization(LenientReading.serialization())
                .build()) {
            require(readiness(URI.create(arguments[0] + "/readyz")));
            require(leader(client, arguments[1]));
            require(rules(client, arguments[1]));
        }
        System.out.println("installed: an operator is ready and leads, and RedisRoles are checked");
    }

    private static void require(Optional<String> fault) {
        fault.ifPresent(text -> {
            System.err.println("installation check: " + text);
            System.exit(1);
        });
    }

    private static Optional<String> readiness(URI address) throws InterruptedException {
        try {
            HttpResponse<String> answer = HttpClient.newBuilder()
                    .connectTimeout(LIMIT)
                    .build()
                    .send(HttpRequest.newBuilder(address).timeout(LIMIT).build(), HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 200
                    ? Optional.empty()
                    : Optional.of(address + " answers " + answer.statusCode() + ": "
                            + answer.body().strip());
        } catch (IOException e) {
            return Optional.of(address + " does not answer: " + e);
        }
    }

    private static Optional<String> leader(KubernetesClient client, String namespace) {
        Lease lease =
                client.leases().inNamespace(namespace).withName(Leadership.NAME).get();
        if (lease == null || lease.getSpec().getHolderIdentity() == null) {
            return Optional.of("nobody holds the Lease " + namespace + "/" + Leadership.NAME);
        }
        ZonedDateTime end =
                lease.getSpec().getRenewTime().plusSeconds(lease.getSpec().getLeaseDurationSeconds());
        return end.isAfter(ZonedDateTime.now(ZoneOffset.UTC))
                ? Optional.empty()
                : Optional.of("the Lease of " + lease.getSpec().getHolderIdentity() + " ran out at " + end);
    }

    private static Optional<String> rules(KubernetesClient client, String namespace) {
        Optional<String> good = refusal(client, namespace, "gateway", "allkeys-lru");
        if (good.isPresent()) {
            return Optional.of("a good RedisRole is refused: " + good.get());
        }
        return refusal(client, namespace, "compliance", "allkeys-lru").isPresent()
                ? Optional.empty()
                : Optional.of("a compliance role that evicts is accepted: the CRDs are older than the operator");
    }

    private static Optional<String> refusal(KubernetesClient client, String namespace, String role, String eviction) {
        RedisRole resource =
                client.getKubernetesSerialization().unmarshal(ROLE.formatted(role, eviction), RedisRole.class);
        try {
            client.resource(resource).inNamespace(namespace).dryRun(true).create();
            return Optional.empty();
        } catch (KubernetesClientException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
