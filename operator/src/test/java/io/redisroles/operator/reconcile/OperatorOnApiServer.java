package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.Condition;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.apiserver.RealApiServer;
import io.redisroles.operator.injection.InjectionSettings;
import io.redisroles.operator.injection.InjectionSettings.Capabilities;
import io.redisroles.operator.plan.PlanSettings;
import io.redisroles.operator.reading.LenientReading;
import io.redisroles.operator.shard.NamespaceChoice;
import io.redisroles.operator.shard.Shard;
import io.redisroles.operator.status.ConditionType;
import io.redisroles.operator.status.Conditions;
import io.redisroles.operator.telemetry.OperatorMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/** The operator in this JVM, watching one new namespace of a real API server, with its writes on record. */
final class OperatorOnApiServer implements AutoCloseable {
    static final PlanSettings SETTINGS = new PlanSettings("redis:test", "redis-roles");

    static final Optional<InjectionSettings> INJECTION =
            Optional.of(new InjectionSettings("sidecar:test", "redirect:test", Capabilities.of(35)));

    private final KubernetesClient client;
    private final String namespace;
    private final List<String> writes = new CopyOnWriteArrayList<>();
    private final KubernetesClient operatorClient;
    private final AtomicInteger writesLeft = new AtomicInteger(Integer.MAX_VALUE);
    private volatile boolean refusesStatus;
    private final FakeNode node;
    private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
    private RunningOperator operator;

    OperatorOnApiServer(RealApiServer server, Path directory) {
        this(server, server.config(), directory);
    }

    /**
     * @param operatorConfig how the operator connects
     */
    OperatorOnApiServer(RealApiServer server, Config operatorConfig, Path directory) {
        server.applyCrds();
        this.namespace = server.newNamespace();
        this.operatorClient = new KubernetesClientBuilder()
                .withConfig(operatorConfig)
                .withKubernetesSerialization(LenientReading.serialization())
                .withHttpClientBuilderConsumer(
                        builder -> builder.addOrReplaceInterceptor("record-writes", new RecordWrites()))
                .build();
        this.client = new KubernetesClientBuilder()
                .withConfig(server.config())
                .withKubernetesSerialization(LenientReading.serialization())
                .build();
        this.node = new FakeNode(client, namespace, directory);
        this.operator = start();
    }

    String namespace() {
        return namespace;
    }

    /** A client of the test's own, not the operator's. */
    KubernetesClient client() {
        return client;
    }

    FakeNode node() {
        return node;
    }

    /** What the operator has written since the last call, as {@code METHOD path}. */
    List<String> takeWrites() {
        List<String> taken = List.copyOf(writes);
        writes.clear();
        return taken;
    }

    /** Lets the operator write {@code count} times more; every later write fails, as if it had ended at that point. */
    void endAfterWrites(int count) {
        writesLeft.set(count);
    }

    /** While true, the API server refuses what the operator writes of a status that somebody else wrote otherwise: 409. */
    void refuseStatus(boolean refuse) {
        refusesStatus = refuse;
    }

    /** Lets the operator's clock run ahead. */
    void moveClock(Duration duration) {
        ahead.updateAndGet(before -> before.plus(duration));
    }

    /** Whether the operator has tried to write more than it may. */
    boolean hasEnded() {
        return writesLeft.get() < 0;
    }

    /** Ends the operator and starts another: it reconciles everything anew, with no memory. */
    void restart() {
        operator.close();
        writesLeft.set(Integer.MAX_VALUE);
        operator = start();
    }

    /** Applies the objects of a YAML text in this namespace. */
    void apply(String yaml) {
        for (String document : yaml.split("(?m)^---$", -1)) {
            GenericKubernetesResource object =
                    client().getKubernetesSerialization().unmarshal(document, GenericKubernetesResource.class);
            object.getMetadata().setNamespace(namespace);
            client().resource(object).forceConflicts().serverSideApply();
        }
    }

    /** Applies a file of the repository in this namespace. */
    void applyFile(String path) {
        try {
            apply(Files.readString(Path.of(System.getProperty("repository.root"), path)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Optional<RedisRole> role(String name) {
        return Optional.ofNullable(client().resources(RedisRole.class)
                .inNamespace(namespace)
                .withName(name)
                .get());
    }

    Optional<Condition> condition(String role, ConditionType type) {
        return role(role)
                .flatMap(resource -> Optional.ofNullable(resource.getStatus()))
                .flatMap(status -> Conditions.find(status.conditions(), type));
    }

    Optional<Condition> policyCondition(String policy, ConditionType type) {
        return Optional.ofNullable(client().resources(AccessPolicy.class)
                        .inNamespace(namespace)
                        .withName(policy)
                        .get()
                        .getStatus())
                .flatMap(status -> Conditions.find(status.conditions(), type));
    }

    boolean isTrue(String role, ConditionType type) {
        return condition(role, type)
                .filter(condition -> condition.status().equals("True"))
                .isPresent();
    }

    /** What the namespace's Events say. */
    String events() {
        return client().v1().events().inNamespace(namespace).list().getItems().stream()
                .map(event -> event.getLastTimestamp() + " "
                        + event.getInvolvedObject().getName() + " " + event.getReason() + ": " + event.getMessage())
                .sorted()
                .collect(Collectors.joining("\n"));
    }

    /** The roles' conditions and the pods' logs, for the message of a failed test. */
    String describe(List<String> roles) {
        return roles.stream()
                .map(role -> role + ": "
                        + role(role)
                                .map(RedisRole::getStatus)
                                .map(Object::toString)
                                .orElse("no status") + "\n"
                        + node.log(role))
                .collect(Collectors.joining("\n"));
    }

    @Override
    public void close() {
        operator.close();
        operatorClient.close();
        node.close();
        client.close();
    }

    private RunningOperator start() {
        RunningOperator started = new RunningOperator(
                operatorClient,
                SETTINGS,
                NamespaceChoice.named(Set.of(namespace)),
                4,
                Optional.empty(),
                INJECTION,
                new OperatorMetrics(),
                () -> Instant.now().plus(ahead.get()),
                Shard.LOOK);
        started.start();
        return started;
    }

    private final class RecordWrites implements Interceptor {
        @Override
        public void before(
                io.fabric8.kubernetes.client.http.BasicBuilder builder, HttpRequest request, RequestTags tags) {
            if (!request.method().equals("GET")) {
                if (writesLeft.decrementAndGet() < 0) {
                    throw new IllegalStateException("the operator has ended");
                }
                writes.add(request.method() + " " + request.uri().getPath());
                if (refusesStatus && request.uri().getPath().endsWith("/status")) {
                    builder.uri(URI.create(request.uri().toString().replace("force=true", "force=false")));
                }
            }
        }
    }
}
