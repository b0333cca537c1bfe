package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.apiserver.ApiServerTest;
import io.redisroles.apiserver.RealApiServer;
import io.redisroles.operator.plan.PlanSettings;
import io.redisroles.operator.reading.LenientReading;
import io.redisroles.operator.shard.NamespaceChoice;
import io.redisroles.operator.shard.SelectorText;
import io.redisroles.operator.status.ConditionType;
import io.redisroles.operator.status.Conditions;
import io.redisroles.operator.telemetry.OperatorMetrics;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Two operators on one real API server, each for the namespaces with its label. */
@ApiServerTest
class ShardsOnApiServerTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String LABEL = "redisroles.test/shard";
    private static final String ROLE = "gateway";

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private RealApiServer server;
    private KubernetesClient client;
    private String first;
    private String second;

    @BeforeEach
    void makeNamespaces(RealApiServer running) {
        server = running;
        server.applyCrds();
        client = new KubernetesClientBuilder()
                .withConfig(server.config())
                .withKubernetesSerialization(LenientReading.serialization())
                .build();
        open.push(client);
        first = server.newNamespace();
        second = server.newNamespace();
    }

    @AfterEach
    void close() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    @Test
    void eachWritesInItsOwnNamespacesOnly() {
        // Given
        label(first, "a-" + first);
        label(second, "b-" + first);
        Shard a = new Shard("operator-a", "a-" + first);
        Shard b = new Shard("operator-b", "b-" + first);

        // When
        apply(first, "");
        apply(second, "");
        await("both")
                .atMost(LIMIT)
                .until(() -> operatorOf(first).equals("operator-a")
                        && operatorOf(second).equals("operator-b"));

        // Then
        assertThat(a.writes).isNotEmpty().allMatch(write -> write.contains("/namespaces/" + first + "/"));
        assertThat(b.writes).isNotEmpty().allMatch(write -> write.contains("/namespaces/" + second + "/"));
        await("conditions")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(a.metrics.scrape()).contains("namespace=\"" + first));
        assertThat(a.metrics.scrape()).doesNotContain("namespace=\"" + second);
    }

    @Test
    void aNamespaceThatChangesSidesIsTakenUpAsItIs(@TempDir Path directory) throws Exception {
        // Given a role that serves, and releases that know of each other and do not look again
        label(first, "a-" + first);
        announce("operator-a", "a-" + first);
        announce("operator-b", "b-" + first);
        Shard a = new Shard("operator-a", "a-" + first, Duration.ofHours(1));
        Shard b = new Shard("operator-b", "b-" + first, Duration.ofHours(1));
        FakeNode node = new FakeNode(client, first, directory);
        open.push(node);
        apply(first, "");
        await("workload")
                .atMost(LIMIT)
                .until(() -> !client.apps()
                        .statefulSets()
                        .inNamespace(first)
                        .list()
                        .getItems()
                        .isEmpty());
        node.serve(ROLE);
        await("Ready").atMost(LIMIT).until(() -> isTrue(ConditionType.READY) && isTrue(ConditionType.CONFIG_APPLIED));
        Map<String, String> before = versions();
        b.writes.clear();

        // When
        label(first, "b-" + first);
        await("the other operator").atMost(LIMIT).until(() -> operatorOf(first).equals("operator-b"));

        // Then it lets itself in, and changes nothing else
        assertThat(b.writes).isNotEmpty().allMatch(write -> write.contains("/networkpolicies/"));
        assertThat(versions()).isEqualTo(before);
        assertThat(isTrue(ConditionType.READY)).isTrue();
        assertThat(told("ChosenTwice")).isEmpty();

        // When the role changes
        await("the former").atMost(LIMIT).until(() -> !a.operator.looksAfter(first));
        a.writes.clear();
        apply(first, "  config: {hz: '20'}\n");

        // Then only the new one carries it out
        await("applied")
                .atMost(LIMIT)
                .until(() -> client.configMaps()
                                .inNamespace(first)
                                .withName("redis-" + ROLE)
                                .get()
                                .getData()
                                .getOrDefault("redis.conf", "")
                                .contains("hz 20")
                        && isTrue(ConditionType.CONFIG_APPLIED));
        assertThat(a.writes).isEmpty();
        assertThat(operatorOf(first)).isEqualTo("operator-b");

        // When it moves back, and then to nobody
        label(first, "a-" + first);
        await("the first operator").atMost(LIMIT).until(() -> operatorOf(first).equals("operator-a"));
        label(first, "nobody");
        await("nobody").atMost(LIMIT).until(() -> !a.operator.looksAfter(first) && !b.operator.looksAfter(first));

        // Then nothing is in the way of its deletion
        client.resources(RedisRole.class).inNamespace(first).withName(ROLE).delete();
        await("deleted").atMost(LIMIT).until(() -> role().isEmpty());
    }

    @Test
    void ofTwoThatAreToldToTheOlderDoes() throws Exception {
        // Given
        String shard = "both-" + first;
        label(first, shard);
        announce("older-" + first, shard);
        announce("younger-" + first, shard);
        Shard older = new Shard("older-" + first, shard);
        Shard younger = new Shard("younger-" + first, shard);

        // When
        apply(first, "");
        await("the older").atMost(LIMIT).until(() -> operatorOf(first).equals("older-" + first));
        await("what the younger says")
                .atMost(LIMIT)
                .until(() -> told("ChosenTwice").isPresent());

        // Then
        assertThat(told("ChosenTwice")).get().satisfies(event -> {
            assertThat(event.getType()).isEqualTo("Warning");
            assertThat(event.getMessage())
                    .isEqualTo("the operator of namespace older-" + first + " looks after namespace " + first
                            + " and is older, so this one leaves it alone: change one of their namespaceSelectors");
        });
        assertThat(younger.writes).allMatch(write -> write.contains("/events"));
        assertThat(older.writes)
                .noneMatch(write ->
                        write.contains("/events") && told("ChosenTwice").isEmpty());

        // When the older goes
        older.operator.close();
        withdraw("older-" + first);

        // Then
        await("the younger").atMost(LIMIT).until(() -> operatorOf(first).equals("younger-" + first));
    }

    private void label(String namespace, String shard) {
        client.namespaces()
                .withName(namespace)
                .edit(known -> new NamespaceBuilder(known)
                        .editMetadata()
                        .addToLabels(LABEL, shard)
                        .endMetadata()
                        .build());
    }

    private void apply(String namespace, String more) {
        GenericKubernetesResource role = client.getKubernetesSerialization()
                .unmarshal("""
                        apiVersion: redisroles.io/v1alpha1
                        kind: RedisRole
                        metadata: {name: %s, namespace: %s}
                        spec:
                          role: gateway
                          consumers: [{name: app, keys: ["a:*"]}]
                        %s""".formatted(ROLE, namespace, more), GenericKubernetesResource.class);
        client.resource(role).forceConflicts().serverSideApply();
    }

    private Optional<RedisRole> role() {
        return Optional.ofNullable(client.resources(RedisRole.class)
                .inNamespace(first)
                .withName(ROLE)
                .get());
    }

    private boolean isTrue(ConditionType type) {
        return role().flatMap(role -> Optional.ofNullable(role.getStatus()))
                .filter(status -> Conditions.isTrue(status.conditions(), type))
                .isPresent();
    }

    /** The namespace of the operator that the role's Redis lets in; empty while there is none. */
    private String operatorOf(String namespace) {
        NetworkPolicy rules = client.network()
                .v1()
                .networkPolicies()
                .inNamespace(namespace)
                .withName("redis-" + ROLE)
                .get();
        return Optional.ofNullable(rules).stream()
                .flatMap(policy -> policy.getSpec().getIngress().get(0).getFrom().stream())
                .flatMap(peer -> Optional.ofNullable(peer.getNamespaceSelector()).stream())
                .map(selector -> selector.getMatchLabels().getOrDefault("kubernetes.io/metadata.name", ""))
                .findFirst()
                .orElse("");
    }

    /** What the role became, but for the NetworkPolicy. */
    private Map<String, String> versions() {
        Map<String, String> versions = new TreeMap<>();
        Stream.of(
                        client.secrets().inNamespace(first).list().getItems(),
                        client.configMaps().inNamespace(first).list().getItems(),
                        client.services().inNamespace(first).list().getItems(),
                        client.pods().inNamespace(first).list().getItems(),
                        client.persistentVolumeClaims()
                                .inNamespace(first)
                                .list()
                                .getItems(),
                        client.apps().statefulSets().inNamespace(first).list().getItems())
                .flatMap(List::stream)
                .forEach(object -> versions.put(
                        ((HasMetadata) object).getFullResourceName() + "/"
                                + ((HasMetadata) object).getMetadata().getName(),
                        ((HasMetadata) object).getMetadata().getResourceVersion()));
        return versions;
    }

    private Optional<Event> told(String reason) {
        return client.v1().events().inNamespace(first).list().getItems().stream()
                .filter(event -> event.getReason().equals(reason))
                .findFirst();
    }

    /** Makes a release known to the others, as the chart does; its webhook is asked for no pod. */
    private void announce(String operatorNamespace, String shard) {
        client.resource(new MutatingWebhookConfigurationBuilder()
                        .withNewMetadata()
                        .withName("redis-roles-inject." + operatorNamespace)
                        .addToLabels("app.kubernetes.io/name", "redis-roles-operator")
                        .addToAnnotations("redisroles.io/namespace-selector", selector(shard))
                        .endMetadata()
                        .addNewWebhook()
                        .withName("inject.redisroles.io")
                        .withAdmissionReviewVersions("v1")
                        .withSideEffects("None")
                        .withFailurePolicy("Ignore")
                        .withNewClientConfig()
                        .withNewService()
                        .withName("redis-roles-webhook")
                        .withNamespace(operatorNamespace)
                        .endService()
                        .endClientConfig()
                        .endWebhook()
                        .build())
                .create();
        open.push(() -> withdraw(operatorNamespace));
    }

    private void withdraw(String operatorNamespace) {
        client.admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .withName("redis-roles-inject." + operatorNamespace)
                .delete();
    }

    private static String selector(String shard) {
        return "{\"matchLabels\":{\"" + LABEL + "\":\"" + shard + "\"}}";
    }

    /** One release's operator, with its writes on record. */
    private final class Shard {
        private final List<String> writes = new CopyOnWriteArrayList<>();
        private final OperatorMetrics metrics = new OperatorMetrics();
        private final RunningOperator operator;

        Shard(String operatorNamespace, String shard) {
            this(operatorNamespace, shard, Duration.ofMillis(200));
        }

        /**
         * @param look between two looks at the other releases
         */
        Shard(String operatorNamespace, String shard, Duration look) {
            KubernetesClient own = new KubernetesClientBuilder()
                    .withConfig(server.config())
                    .withKubernetesSerialization(LenientReading.serialization())
                    .withHttpClientBuilderConsumer(builder ->
                            builder.addOrReplaceInterceptor("record-writes", new Interceptor() {
                                @Override
                                public void before(BasicBuilder request, HttpRequest original, RequestTags tags) {
                                    if (!original.method().equals("GET")) {
                                        writes.add(original.method() + " "
                                                + original.uri().getPath());
                                    }
                                }
                            }))
                    .build();
            open.push(own);
            operator = new RunningOperator(
                    own,
                    new PlanSettings("redis:test", operatorNamespace),
                    NamespaceChoice.labelled(SelectorText.read(selector(shard)).orElseThrow()),
                    4,
                    Optional.empty(),
                    Optional.empty(),
                    metrics,
                    InstantSource.system(),
                    look);
            open.push(operator);
            operator.start();
        }
    }
}
