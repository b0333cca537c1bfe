package io.redisroles.bench;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.redisroles.apiserver.RealApiServer;
import io.redisroles.operator.admission.RunningWebhooks;
import io.redisroles.operator.admission.WebhookSettings;
import io.redisroles.operator.injection.InjectionSettings;
import io.redisroles.operator.plan.PlanSettings;
import io.redisroles.operator.reading.LenientReading;
import io.redisroles.redisprocess.ScratchFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.awaitility.Awaitility;

/**
 * Prints how long a real API server takes to create a pod, as a dry run, with the operator's webhook and without, and how much of
 * it the webhook takes. Arguments: the checkout's folder, and how many pods of each kind. {@code KUBEBUILDER_ASSETS} names the
 * folder with etcd and kube-apiserver.
 */
public final class WebhookLatency {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String ROLE = """
            apiVersion: redisroles.io/v1alpha1
            kind: RedisRole
            metadata: {name: gateway}
            spec: {role: gateway}
            """;
    private static final String POLICY = """
            apiVersion: redisroles.io/v1alpha1
            kind: AccessPolicy
            metadata: {name: gateway}
            spec:
              selector: {matchLabels: {app: shop}}
              ports: [8080]
              roles: {limits: {name: gateway}}
              rules: [{name: all, session: None}]
            """;
    private static final String POD = """
            apiVersion: v1
            kind: Pod
            metadata: {name: shop, labels: {app: %s}}
            spec:
              containers:
              - name: app
                image: shop:1
                ports: [{name: http, containerPort: 8080}]
                readinessProbe: {httpGet: {path: /healthz, port: http}}
                livenessProbe: {httpGet: {path: /healthz, port: http}}
                resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 128Mi}}
            """;

    private final KubernetesClient client;
    private final List<Long> handled = Collections.synchronizedList(new ArrayList<>());

    private WebhookLatency(KubernetesClient client) {
        this.client = client;
    }

    public static void main(String[] arguments) throws IOException {
        Path home = Path.of(arguments.length > 0 ? arguments[0] : ".")
                .toAbsolutePath()
                .normalize();
        int count = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1000;
        System.setProperty("repository.root", home.toString());
        String assets = System.getenv().getOrDefault("KUBEBUILDER_ASSETS", "");
        if (assets.isEmpty()) {
            System.err.println("KUBEBUILDER_ASSETS is not set (expected: a folder with etcd and kube-apiserver)");
            System.exit(2);
        }
        ScratchFolder folder = ScratchFolder.create("webhook-bench-");
        try (RealApiServer server = RealApiServer.start(Path.of(assets));
                KubernetesClient client = new KubernetesClientBuilder()
                        .withConfig(server.config())
                        .withKubernetesSerialization(LenientReading.serialization())
                        .build()) {
            server.applyCrds();
            new WebhookLatency(client).run(server, home, folder.root(), count);
        } finally {
            folder.delete();
        }
        System.exit(0);
    }

    private void run(RealApiServer server, Path home, Path folder, int count) throws IOException {
        String unasked = namespace(server, "disabled");
        String plain = namespace(server, "");
        String enabled = namespace(server, "enabled");
        ServerCertificate certificate = ServerCertificate.make(folder);
        try (RunningWebhooks webhooks = RunningWebhooks.start(
                client,
                new WebhookSettings("sidecar:1", "redirect:1", 0, Optional.of(folder)),
                new InjectionSettings("sidecar:1", "redirect:1", RunningWebhooks.capabilities(client)),
                new PlanSettings("redis:7", "redis-roles"),
                Set.of(),
                (webhook, outcome, taken) -> handled.add(taken.toNanos()))) {
            install(home, webhooks.port(), certificate.pem());
            for (String namespace : List.of(plain, enabled)) {
                apply(namespace, ROLE);
                apply(namespace, POLICY);
            }
            awaitInjection(plain);
            awaitInjection(enabled);
            System.out.println("| pod | creates | p50 ms | p99 ms | worst ms | webhook p50 ms | p99 ms | worst ms |");
            System.out.println("|---|---|---|---|---|---|---|---|");
            for (String order : List.of("first ", "")) {
                print(order + "nobody asked", unasked, "other", count);
                print(order + "asked, left alone", plain, "other", count);
                print(order + "asked, injected", plain, "shop", count);
                print(order + "injection enabled, left alone", enabled, "other", count);
                print(order + "injection enabled, injected", enabled, "shop", count);
            }
        }
    }

    private void print(String what, String namespace, String app, int count) {
        Pod pod = client.getKubernetesSerialization().unmarshal(POD.formatted(app), Pod.class);
        List<Long> creates = new ArrayList<>();
        handled.clear();
        for (int i = 0; i < count; i++) {
            long started = System.nanoTime();
            client.pods().inNamespace(namespace).resource(pod).dryRun().create();
            creates.add(System.nanoTime() - started);
        }
        System.out.printf(
                Locale.ROOT,
                "| %s | %d | %s | %s | %s | %s | %s | %s |%n",
                what,
                count,
                at(creates, 50),
                at(creates, 99),
                at(creates, 100),
                at(handled, 50),
                at(handled, 99),
                at(handled, 100));
    }

    private static String at(List<Long> nanos, int percent) {
        List<Long> sorted = nanos.stream().sorted().toList();
        return sorted.isEmpty()
                ? "–"
                : String.format(Locale.ROOT, "%.1f", sorted.get((sorted.size() * percent - 1) / 100) / 1e6);
    }

    private void awaitInjection(String namespace) {
        Pod pod = client.getKubernetesSerialization().unmarshal(POD.formatted("shop"), Pod.class);
        Awaitility.await()
                .atMost(LIMIT)
                .ignoreExceptions()
                .until(() -> !client.pods()
                        .inNamespace(namespace)
                        .resource(pod)
                        .dryRun()
                        .create()
                        .getSpec()
                        .getInitContainers()
                        .isEmpty());
    }

    private String namespace(RealApiServer server, String injection) {
        String name = server.newNamespace();
        if (!injection.isEmpty()) {
            client.namespaces()
                    .withName(name)
                    .edit(known -> new NamespaceBuilder(known)
                            .editMetadata()
                            .addToLabels(Map.of("redisroles.io/injection", injection))
                            .endMetadata()
                            .build());
        }
        return name;
    }

    private void apply(String namespace, String yaml) {
        GenericKubernetesResource object =
                client.getKubernetesSerialization().unmarshal(yaml, GenericKubernetesResource.class);
        object.getMetadata().setNamespace(namespace);
        client.resource(object).forceConflicts().serverSideApply();
    }

    /** What the chart installs, but for where it points. */
    private void install(Path home, int port, String authority) throws IOException {
        String manifests =
                Files.readString(home.resolve("operator/src/test/resources/webhook.yaml"), StandardCharsets.UTF_8);
        for (String document : manifests.split("(?m)^---$", -1)) {
            if (!document.contains("kind: MutatingWebhookConfiguration")) {
                continue;
            }
            MutatingWebhookConfiguration known =
                    client.getKubernetesSerialization().unmarshal(document, MutatingWebhookConfiguration.class);
            known.getWebhooks().forEach(webhook -> {
                webhook.getClientConfig()
                        .setUrl("https://127.0.0.1:" + port
                                + webhook.getClientConfig().getService().getPath());
                webhook.getClientConfig().setService(null);
                webhook.getClientConfig()
                        .setCaBundle(Base64.getEncoder().encodeToString(authority.getBytes(StandardCharsets.US_ASCII)));
            });
            client.resource(known).forceConflicts().serverSideApply();
        }
    }
}
